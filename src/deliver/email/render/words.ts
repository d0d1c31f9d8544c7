import { assertNever } from "../../../domain/shared/result.ts";
import type { ByView } from "../../../queries/requests/request-view.ts";
import { outdatedWords } from "../../../slack/messages/outcome-message.ts";
import { byWords } from "../../../slack/words/names.ts";
import { stateWords, unknownWords } from "../../../slack/words/request-words.ts";
import type { NoticeInput, Tone } from "./mail.ts";
import { momentIn } from "./moment.ts";
import { oneLine, type Piece, plainOf, sentence, theirs } from "./text.ts";

/** The words for an event: `topic` starts the subject, and `lead` follows the headline. */
type Words = { topic: string; tone: Tone; headline: Piece[]; lead: Piece[] };

export const isRequester = ({ view, recipient }: NoticeInput) => recipient.id === view.requester.id;

const mayReview = ({ view, recipient }: NoticeInput) =>
  view.state === "pending" && view.reviewers.some((person) => person.id === recipient.id);

/** Returns the words for an event, for this reader. They include what has happened to the request since the event. */
export function wordsFor(input: NoticeInput): Words {
  switch (input.event) {
    case "requested":
      return requested(input);
    case "approved":
      return approved(input);
    case "rejected":
      return rejected(input);
    case "cancelled":
      return cancelled(input);
    case "expired":
      return expired(input);
    case "promoted":
      return promoted(input);
    case "failed":
      return failed(input);
    case "reminder":
      return reminder(input);
    case "outdated":
      return outdated(input);
    case "reviewed":
    case "promoting":
    case "changed":
    case "requester-left":
      return moved(input);
    default:
      return assertNever(input.event);
  }
}

/** Returns the subject in one line of at most 120 characters: `[#42] Approved: Orders Sync 1.4.2 to Production`. */
export function subjectOf({ view }: NoticeInput, topic: string): string {
  const what = `${oneLine(view.integration.name, 40)} ${oneLine(view.build.version, 24)}`;
  return oneLine(`[#${view.number}] ${topic}: ${what} to ${oneLine(view.target.name, 28)}`, 120);
}

/** Returns the label of the button, which names the next step. */
export function buttonLabel(input: NoticeInput): string {
  if (mayReview(input)) return "Review in Slack";
  if (isRequester(input) && input.view.state === "approved") return "Promote in Slack";
  if (isRequester(input) && input.view.state === "failed") return "Try Again in Slack";
  if (isRequester(input) && input.view.state === "expired") return "Request Again in Slack";
  return "Open in Slack";
}

export function footerOf(input: NoticeInput): string {
  if (isRequester(input)) return "You get this email because you asked for this promotion.";
  return mayReview(input)
    ? "You get this email because you may review this request."
    : "You get this email because you were asked to review this request.";
}

/** Returns "Bob", or "You" if the reader did it. */
export function who({ recipient }: NoticeInput, by: ByView, you = "You"): Piece {
  if (by.person?.id === recipient.id) return { text: you };
  return theirs(byWords(by), 120);
}

/** "Orders Sync 1.4.2 → Production" */
function what({ view }: NoticeInput): Piece[] {
  return sentence`${view.integration.name} ${view.build.version} → ${view.target.name}`;
}

function requested(input: NoticeInput): Words {
  const { view } = input;
  const headline = isRequester(input)
    ? sentence`Your request for ${what(input)} waits for review`
    : sentence`${view.requester.name} asks you to review ${what(input)}`;
  const so = { topic: "Review", tone: "todo", headline } as const;
  if (view.state !== "pending") return { ...so, tone: "quiet", lead: settled(input) };
  if (!mayReview(input)) return { ...so, lead: [{ text: "You can no longer review it." }] };
  return { ...so, lead: pleaseReview(input) };
}

function pleaseReview(input: NoticeInput): Piece[] {
  const { given, required } = input.view.approvals;
  const count = required === 1 ? "It needs one approval." : `It has ${given} of ${required} approvals.`;
  return sentence`Please approve or reject it in Slack. ${{ text: count }}${until(input)}`;
}

function approved(input: NoticeInput): Words {
  const { decision, state } = input.view;
  const headline = decision
    ? sentence`${who(input, decision.by)} approved ${what(input)}`
    : sentence`${what(input)} is approved`;
  const lead =
    state === "approved"
      ? sentence`It is ready: press Promote on your card in Slack.${until(input)}`
      : settled(input);
  return { topic: "Approved", tone: "good", headline, lead };
}

function rejected(input: NoticeInput): Words {
  const { decision, target } = input.view;
  const headline = decision
    ? sentence`${who(input, decision.by)} rejected ${what(input)}`
    : sentence`${what(input)} was rejected`;
  const lead = sentence`Nothing changes in ${target.name}. You can ask again with another request.`;
  return { topic: "Rejected", tone: "bad", headline, lead };
}

function cancelled(input: NoticeInput): Words {
  const by = input.view.cancelled?.by ?? null;
  const replacedBy = input.view.cancelled?.replacedBy ?? null;
  const request = isRequester(input)
    ? sentence`your request for ${what(input)}`
    : sentence`the request for ${what(input)}`;
  const headline =
    by === null
      ? sentence`#${{ text: String(input.view.number) }} was cancelled: ${what(input)}`
      : replacedBy === null
        ? sentence`${who(input, by)} cancelled ${request}`
        : sentence`${who(input, by)} replaced ${request}`;
  const next = replacedBy === null ? "" : `Request #${replacedBy} took its place. `;
  const lead = sentence`${{ text: next }}${nothingLeft(input)}`;
  return { topic: replacedBy === null ? "Cancelled" : "Replaced", tone: "quiet", headline, lead };
}

function expired(input: NoticeInput): Words {
  const headline = isRequester(input)
    ? sentence`Your request for ${what(input)} expired`
    : sentence`The request for ${what(input)} expired`;
  const why = input.view.decision
    ? "It was approved, but nobody promoted it in time. "
    : "Nobody decided in time. ";
  const again = isRequester(input) ? " Request Again on your card asks for what is live now." : "";
  return {
    topic: "Expired",
    tone: "quiet",
    headline,
    lead: sentence`${{ text: why }}${nothingLeft(input)}${{ text: again }}`,
  };
}

function promoted(input: NoticeInput): Words {
  const { integration, build, target, promotedAt } = input.view;
  const headline = sentence`${integration.name} ${build.version} is live in ${target.name}`;
  const since = promotedAt === null ? "" : ` on ${momentIn(input.recipient.timeZone, promotedAt)}`;
  return {
    topic: "Promoted",
    tone: "good",
    headline,
    lead: sentence`Your promotion succeeded${{ text: since }}.`,
  };
}

function failed(input: NoticeInput): Words {
  const { state, attempt, target } = input.view;
  if (state === "promoted") return { ...promoted(input), topic: "Failed, then promoted" };
  const unknown = attempt?.unknown === true;
  const endedBy = unknown ? (attempt.endedBy ?? null) : null;
  const headline = endedBy
    ? sentence`${who(input, endedBy)} ended the attempt to promote ${what(input)}`
    : sentence`The deployment of ${what(input)} ${{ text: unknown ? "went silent" : "failed" }}`;
  const hint = unknown
    ? sentence`It may still be running: look at ${target.name} before you try again. `
    : [];
  const lead =
    state === "failed"
      ? sentence`${hint}You can try again from your card in Slack.${until(input)}`
      : sentence`${hint}${settled(input)}`;
  const topic = endedBy ? "Attempt ended" : unknown ? "No news of the deployment" : "Failed";
  return { topic, tone: "bad", headline, lead };
}

/** R11: the request expires soon, and this reader can act on it. */
function reminder(input: NoticeInput): Words {
  const { view } = input;
  const so = { topic: "Reminder", tone: "todo" } as const;
  switch (view.state) {
    case "pending": {
      const headline = sentence`${view.requester.name} still waits for your review of ${what(input)}`;
      return { ...so, headline, lead: pleaseReview(input) };
    }
    case "approved":
      return {
        ...so,
        headline: sentence`${what(input)} is approved and not promoted yet`,
        lead: sentence`Press Promote on your card in Slack, or cancel it.${until(input)}`,
      };
    case "failed":
      return {
        ...so,
        headline: sentence`${what(input)} is not promoted: ${attemptEnd(input)}`,
        lead: sentence`Try again or cancel it on your card in Slack.${until(input)}`,
      };
    default:
      return { ...so, tone: "quiet", headline: sentence`News on ${what(input)}`, lead: settled(input) };
  }
}

/** Returns how the last attempt ended. */
function attemptEnd({ view: { attempt } }: NoticeInput): Piece {
  if (!attempt?.unknown) return { text: "the deployment failed" };
  return theirs(unknownWords(attempt), 200);
}

/** R7: a bound fact changed, so approvals no longer count. */
function outdated(input: NoticeInput): Words {
  const { view, recipient, outdated: approvals = { reviews: [], changes: [] } } = input;
  const own = approvals.reviews.some(({ reviewer }) => reviewer.id === recipient.id);
  const headline = own
    ? sentence`Your approval of ${what(input)} no longer counts`
    : sentence`An approval of ${what(input)} no longer counts`;
  const lead = [theirs(outdatedWords(view, approvals, recipient.id), 2000)];
  return { topic: "Approval no longer counts", tone: "todo", headline, lead };
}

/** For events that send no email at present. */
function moved(input: NoticeInput): Words {
  const headline = sentence`News on ${what(input)}`;
  return { topic: "Changed", tone: "quiet", headline, lead: settled(input) };
}

/** Returns the current state, if the request has changed since the event. */
function settled({ view }: NoticeInput): Piece[] {
  return sentence`It stands like this now: ${theirs(stateWords(view), 600)}.`;
}

function nothingLeft(input: NoticeInput): Piece[] {
  return isRequester(input)
    ? sentence`Nothing changes in ${input.view.target.name}.`
    : [{ text: "There is nothing left for you to do." }];
}

function until({ view, recipient }: NoticeInput): Piece[] {
  if (view.expiresAt === null) return [];
  return [{ text: ` The request expires on ${momentIn(recipient.timeZone, view.expiresAt)}.` }];
}

/** Returns what a user wrote with the event; otherwise what the event means. */
export function previewOf(input: NoticeInput, lead: readonly Piece[]): string {
  const said = oneLine(saidWith(input) ?? "", 140);
  return said === "" ? oneLine(plainOf(lead), 140) : said;
}

function saidWith({ view, event }: NoticeInput): string | null | undefined {
  if (event === "requested") return view.message;
  if (event === "approved" || event === "rejected") return view.decision?.comment;
  if (event === "cancelled") return view.cancelled?.reason;
  return event === "failed" ? view.attempt?.reason : null;
}
