import { isTwin } from "../../../domain/deployments/build-identity.ts";
import type { BuildView } from "../../../queries/requests/request-view.ts";
import { shortName } from "../../../slack/words/names.ts";
import { reasonHeading, stateWords } from "../../../slack/words/request-words.ts";
import { notCountedWords } from "../../../slack/words/review-words.ts";
import { nameList } from "../../../slack/words/text.ts";
import { changeFacts, noteFacts, sinceLines } from "./changes.ts";
import type { Fact, NoticeInput, Quote } from "./mail.ts";
import { momentIn } from "./moment.ts";
import { inLines, type Piece, sentence, theirs, webAddress } from "./text.ts";
import { isRequester, who } from "./words.ts";

/** Limits on the other reviewers' comments, because Gmail cuts emails after 102 KB. */
const longestComment = 1000;
const mostComments = 5;

/** Returns the facts that a card shows of a request, row by row. */
export function factsOf(input: NoticeInput): Fact[] {
  const { view } = input;
  const critical: Piece[] = view.target.critical ? [{ text: " " }, { text: "critical", look: "mark" }] : [];
  return [
    { label: sentence`State`, lines: stateLines(input) },
    ...noteFacts(input),
    { label: sentence`Project`, lines: [named(view.project)] },
    { label: sentence`Integration`, lines: [named(view.integration)] },
    {
      label: sentence`From → to`,
      lines: [sentence`${named(view.source)} → ${named(view.target)}${critical}`],
    },
    {
      label: sentence`Build`,
      lines: [...buildLines(view.build), ...identityLines(view.build), ...newerLines(input)],
    },
    { label: sentence`Live in ${view.target.name}`, lines: liveLines(input) },
    ...changeFacts(input),
    { label: sentence`Requested by`, lines: requesterLines(input) },
    ...reviewFacts(input),
    ...deploymentFacts(input),
  ];
}

/** Returns a name with its short name, which is what pipelines and webhooks use. */
function named({ name, slug }: { name: string; slug?: string }): Piece[] {
  const short = { ...theirs(slug ?? "", 100), look: "code" } as const;
  return slug === undefined ? [theirs(name, 200)] : sentence`${theirs(name, 200)} (${short})`;
}

/** Returns users' own words: first those about the event, then the request's message and the reviewers' comments. */
export function quotesOf(input: NoticeInput): Quote[] {
  const { view } = input;
  const asked = isRequester(input) ? sentence`Your message` : sentence`Message from ${view.requester.name}`;
  return [
    ...quote(sentence`Reason`, view.cancelled?.reason),
    ...quote([{ text: failureHeading(input) }], failure(input)),
    ...quote(sentence`Comment from ${deciderName(input)}`, view.decision?.comment),
    ...quote(asked, view.message),
    ...otherComments(input),
  ];
}

const quote = (heading: Piece[], text: string | null | undefined, limit = 3000): Quote[] =>
  text?.trim() ? [{ heading, lines: inLines(text.trim(), limit) }] : [];

function failure({ view }: NoticeInput): string | null {
  return view.state === "failed" ? (view.attempt?.reason ?? null) : null;
}

function failureHeading({ view: { attempt } }: NoticeInput): string {
  return reasonHeading({ unknown: attempt?.unknown === true });
}

function deciderName({ view }: NoticeInput): string {
  return view.decision?.by.person?.name ?? "Signoff";
}

/** Leaves out the decider, whose comment is quoted above. */
function otherComments({ view }: NoticeInput): Quote[] {
  const decider = view.decision?.by.person?.id;
  return view.reviews
    .filter((review) => review.reviewer.id !== decider && review.comment.trim() !== "")
    .slice(-mostComments)
    .flatMap((review) =>
      quote(sentence`Comment from ${review.reviewer.name}`, review.comment, longestComment),
    );
}

function stateLines(input: NoticeInput): Piece[][] {
  const { view } = input;
  const { decision } = view;
  const at = view.cancelled?.at ?? view.promotedAt ?? view.expiredAt ?? null;
  const decided = view.state === "approved" || view.state === "rejected" ? decision?.at : undefined;
  // The reason of a failed deployment is quoted in full elsewhere.
  const bare = view.attempt === null ? view : { ...view, attempt: { ...view.attempt, reason: null } };
  const lines = [[theirs(stateWords(bare), 300)]];
  const when = at ?? decided;
  if (when) lines.push(quiet(momentIn(input.recipient.timeZone, when)));
  if (view.expiresAt !== null && view.state !== "expired") {
    lines.push(quiet(`Expires ${momentIn(input.recipient.timeZone, view.expiresAt)}`));
  }
  return lines;
}

const quiet = (text: string): Piece[] => [{ text, look: "quiet" }];

function buildLines(build: BuildView): Piece[][] {
  const href = webAddress(build.link);
  const version = theirs(build.version, 255);
  const author = build.author === null ? [] : sentence` by ${theirs(build.author, 100)}`;
  const lines = [[href === undefined ? version : { ...version, href }, ...author]];
  if (build.commit !== null) lines.push(sentence`commit ${{ ...theirs(build.commit, 100), look: "code" }}`);
  return lines;
}

/** Returns what tells a build apart from others with the same version or commit. */
function identityLines({ externalId, digest }: BuildView): Piece[][] {
  const id = sentence`ID ${{ ...theirs(externalId, 200), look: "code" }}`;
  return digest === null ? [id] : [id, sentence`digest ${{ ...theirs(digest, 200), look: "code" }}`];
}

function newerLines({ view }: NoticeInput): Piece[][] {
  const open = view.state === "pending" || view.state === "approved" || view.state === "failed";
  if (!open || view.newerInSource === null) return [];
  return [sentence`Note: ${view.source.name} runs ${view.newerInSource.version} by now.`];
}

function liveLines(input: NoticeInput): Piece[][] {
  const { view } = input;
  const live = view.liveInTarget;
  if (live === null) return [quiet("Nothing yet")];
  if (live.id === view.build.id) return [sentence`This build, ${view.build.version}`, ...sinceLines(input)];
  const identity = isTwin(live, view.build, []) ? identityLines(live) : [];
  return [...buildLines(live), ...identity, ...sinceLines(input)];
}

function requesterLines({ view, recipient }: NoticeInput): Piece[][] {
  const name = theirs(view.requester.name, 100);
  const line = view.through === null ? [name] : sentence`${name} through token ${theirs(view.through, 100)}`;
  return [line, quiet(momentIn(recipient.timeZone, view.createdAt))];
}

function reviewFacts(input: NoticeInput): Fact[] {
  const { view, recipient } = input;
  const { decision, approvals } = view;
  if (decision !== null && decision.by.person === null) {
    return [{ label: sentence`Approvals`, lines: [sentence`Approved by ${who(input, decision.by)}`] }];
  }
  const given = view.reviews.map((review) => {
    const verdict = { text: review.verdict === "approve" ? "approved" : "rejected" };
    const by = who(input, { person: review.reviewer });
    const counts = view.state === "pending" ? notCountedWords(review) : "";
    const but = counts === "" ? [] : [{ text: ` · ⚠️ ${counts}` }];
    return [
      ...sentence`${by} ${verdict} · ${{ text: momentIn(recipient.timeZone, review.at), look: "quiet" }}`,
      ...but,
    ];
  });
  const count: Piece[] = [{ text: `${approvals.given} of ${approvals.required}` }];
  return [{ label: sentence`Approvals`, lines: [count, ...given] }, ...waitingFacts(input)];
}

function waitingFacts({ view }: NoticeInput): Fact[] {
  if (view.state !== "pending" || view.reviewers.length === 0) return [];
  const names = nameList(view.reviewers.map((person) => shortName(person.name)));
  return [{ label: sentence`Can review`, lines: [[theirs(names, 600)]] }];
}

function deploymentFacts(input: NoticeInput): Fact[] {
  const { attempt } = input.view;
  if (attempt === null) return [];
  const href = webAddress(attempt.link);
  const lines = [sentence`Started by ${who(input, attempt.startedBy, "you")}`];
  if (href !== undefined) lines.push([{ text: "Look at the deployment", href }]);
  return [{ label: sentence`Deployment`, lines }];
}
