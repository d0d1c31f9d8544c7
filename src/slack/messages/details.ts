import type { ContextBlock, HeaderBlock, KnownBlock, MrkdwnElement, SectionBlock } from "@slack/types";
import type { BuildView, LiveView, RequestView } from "../../queries/requests/request-view.ts";
import { deployerWords } from "../words/comparison-words.ts";
import {
  escaped,
  escapeWithin,
  isolated,
  link,
  moment,
  momentAndAge,
  mrkdwn,
  nameList,
  plain,
  textLimits,
} from "../words/text.ts";
import { byWords, countWords, reasonHeading, shortName, stateSign, stateWords } from "../words/words.ts";

const nameInField = 300;

/**
 * What a request is, in fields: the same on cards and in modals. On a phone each is a line of its own, so they do not
 * repeat what the title says, except where it had to cut a name.
 */
export function requestFields(view: RequestView): SectionBlock {
  const target = escapeWithin(shortName(view.target.name), nameInField);
  const critical = view.target.critical ? `\n❗ ${target} is *critical*` : "";
  const through = view.through === null ? "" : ` through token ${escapeWithin(shortName(view.through), 300)}`;
  return {
    type: "section",
    fields: [
      mrkdwn(`*Project*\n${escapeWithin(view.project.name, nameInField)}${critical}`),
      mrkdwn(`*Requested by*\n<@${view.requester.id}>${through}\n${moment(view.createdAt)}`),
      mrkdwn(`*Build*\n${buildWords(view.build)}`),
      mrkdwn(`*Live in ${target} now*\n${liveWords(view.liveInTarget)}${deployedWords(view)}`),
      ...(titleBlock(view).text.text === titleWords(view, isolated) ? [] : fullNames(view)),
    ],
  };
}

function fullNames({ integration, source, target }: RequestView): MrkdwnElement[] {
  const whole = ({ name }: { name: string }) => escapeWithin(isolated(name), nameInField);
  return [
    mrkdwn(`*Integration*\n${whole(integration)}`),
    mrkdwn(`*From → to*\n${whole(source)} → ${whole(target)}`),
  ];
}

/** "1.4.2 · a1b2c3d", the version linked where the build has an address, and whose work it is. */
export function buildWords(build: BuildView): string {
  const author = build.author === null ? "" : `\nby ${escapeWithin(shortName(build.author), 300)}`;
  return `${versionWords(build)}${author}`;
}

/** Since when it is there; its author is not whom one would ask about it. */
export function liveWords(live: LiveView | null): string {
  return live === null ? "Nothing yet" : `${versionWords(live)}\nsince ${momentAndAge(live.since)}`;
}

function versionWords({ version, commit, link: address }: BuildView): string {
  const start = commit === null ? "" : [...commit].slice(0, 12).join("").replace(/`/g, "'");
  return `${fitLink(address, shortName(version))}${start === "" ? "" : ` · \`${escapeWithin(start, 60)}\``}`;
}

/** Who brought what is live there, where that is known. */
function deployedWords({ comparison, liveInTarget }: RequestView): string {
  const from = comparison?.from;
  const words = from?.id === liveInTarget?.id ? deployerWords(from?.deployed) : null;
  return words === null ? "" : `\ndeployed by ${escapeWithin(words, 300)}`;
}

/** A link only where it fits into a field beside the rest: an address grows when it is encoded. */
export function fitLink(address: string | null, label: string): string {
  const linked = link(address, label);
  return linked.length <= 1000 ? linked : escaped(label);
}

export function titleBlock(view: RequestView): HeaderBlock {
  return { type: "header", text: plain(titleWords(view, shortName), textLimits.header) };
}

const titleWords = (
  { number, integration, source, target }: RequestView,
  shown: (name: string) => string,
): string => `#${number}  ${shown(integration.name)}: ${shown(source.name)} → ${shown(target.name)}`;

/** The requester's message as they wrote it: nothing in it comes alive. */
export function messageBlocks(view: RequestView): KnownBlock[] {
  return view.message === "" ? [] : quoted(`Message from ${shortName(view.requester.name)}`, view.message);
}

/** Somebody's own words under a line that says whose. */
export function quoted(heading: string, text: string): KnownBlock[] {
  return [context(`💬 ${escapeWithin(heading, 200)}`), { type: "section", text: plain(text) }];
}

export function context(text: string): ContextBlock {
  return { type: "context", elements: [mrkdwn(text)] };
}

/** The state, who brought it about, when, and what they said. */
export function stateBlocks(view: RequestView): KnownBlock[] {
  const decided = view.state === "approved" || view.state === "rejected" ? view.decision?.at : undefined;
  const at = view.cancelled?.at ?? view.promotedAt ?? view.expiredAt ?? decided ?? null;
  const when = at === null ? "" : ` · ${moment(at)}`;
  // What the deployer reported stands by itself below: bold text ends with its line.
  const bare = view.attempt === null ? view : { ...view, attempt: { ...view.attempt, reason: null } };
  const line = `${stateSign(view)} *${escapeWithin(stateWords(bare), 1500)}*${when}`;
  const blocks: KnownBlock[] = [{ type: "section", text: mrkdwn(line) }];
  if (view.state === "promoting" && view.attempt?.link) {
    blocks.push(context(fitLink(view.attempt.link, "Follow the deployment")));
  }
  if ((view.state === "promoted" || view.state === "failed") && view.attempt !== null) {
    const { startedBy, link: address } = view.attempt;
    const look = address === null ? "" : ` · ${fitLink(address, "Look at the deployment")}`;
    blocks.push(context(`🚀 Started by ${escapeWithin(byWords(startedBy), 300)}${look}`));
  }
  if (view.state === "failed" && view.attempt?.reason) {
    blocks.push(...quoted(reasonHeading(view.attempt), view.attempt.reason));
  }
  const { decision, cancelled } = view;
  if (decision?.by.person === null && view.state !== "approved") {
    blocks.push(context(`No review was needed: ${escapeWithin(decision.by.reason, 300)}`));
  }
  if (cancelled?.reason) blocks.push(...quoted("Reason", cancelled.reason));
  return blocks;
}

/** Who reviewed so far, and the comments they left. What the line of the state says is not said twice. */
export function reviewBlocks(view: RequestView, most = 5): KnownBlock[] {
  const said =
    view.state === "approved" || view.state === "rejected" ? view.decision?.by.person?.id : undefined;
  return view.reviews.slice(-most).flatMap((review): KnownBlock[] => {
    const comment: KnownBlock[] =
      review.comment === "" ? [] : [{ type: "section", text: plain(review.comment) }];
    if (review.reviewer.id === said) return comment;
    const sign = review.verdict === "approve" ? "✅ Approved" : "⛔ Rejected";
    const who = escapeWithin(shortName(review.reviewer.name), 300);
    return [context(`${sign} by ${who} · ${moment(review.at)}`), ...comment];
  });
}

/**
 * While it is open: who may review it, until when, and what is not any more as it was.
 *
 * @param named whether something else on the card says already who may review it
 */
export function waitingBlocks(view: RequestView, named = false): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  if (view.state === "pending") {
    if (view.reviewers.length === 0) {
      blocks.push(context("⚠️ *Nobody can review this now: an admin must choose reviewers*"));
    }
    const names = nameList(view.reviewers.map((person) => shortName(person.name)));
    const parts = [
      ...(names === "" || named ? [] : [escapeWithin(`Can review: ${names}`, 1000)]),
      ...(view.approvals.required === 1 ? ["1 approval needed"] : []),
      ...(view.expiresAt === null ? [] : [`expires ${moment(view.expiresAt)}`]),
    ];
    const line = parts.join(" · ");
    if (line !== "") blocks.push(context(line.charAt(0).toUpperCase() + line.slice(1)));
  }
  if ((view.state === "approved" || view.state === "failed") && view.expiresAt !== null) {
    blocks.push(context(`Expires ${moment(view.expiresAt)} unless it is promoted before`));
  }
  const open = view.state === "pending" || view.state === "approved" || view.state === "failed";
  if (open && view.newerInSource !== null) {
    const version = escapeWithin(shortName(view.newerInSource.version), 200);
    blocks.push(
      context(
        `ℹ️ ${escapeWithin(shortName(view.source.name), 300)} runs ${version} by now; this request is for ${escapeWithin(shortName(view.build.version), 200)}`,
      ),
    );
  }
  return blocks;
}

/**
 * While it waits: that not everybody who may review it has heard of it.
 *
 * @param advice what the reader can do, as mrkdwn
 */
export function reachBlocks({ reach }: RequestView, advice: string): KnownBlock[] {
  if (reach === null) return [];
  const { reached, asked, unreached } = reach;
  const trying = asked - reached - unreached.length;
  const still = trying === 0 ? "" : ` · ${trying} still being tried`;
  const names = nameList(
    unreached.map((person) => shortName(person.name)),
    3,
  );
  const count = `⚠️ *${reached} of ${countWords(asked, "reviewer")} reached*${still}`;
  const text = `${count}\n${escapeWithin(names, 1000)} could not be reached. ${advice}`;
  return [{ type: "section", text: mrkdwn(text) }];
}
