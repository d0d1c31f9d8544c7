import type { Person } from "../../domain/people/people.ts";
import type { Refusal, ReportRefusal, SettingsRefusal, TokenRefusal } from "../../domain/shared/refusals.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { shortName } from "./names.ts";
import { reportRefusalWords } from "./report-refusals.ts";
import { boundWords, stateWords } from "./request-words.ts";
import { nameList } from "./text.ts";

type RefusalOf<Code extends Refusal["code"]> = Extract<Refusal, { code: Code }>;

/**
 * Returns why something was refused and who can do it (R13), in plain sentences. Escape them for mrkdwn.
 *
 * @param view the current state of the request that the refusal is about
 * @param admins the people to ask where an admin must act
 */
export function refusalWords(refusal: Refusal, view?: RequestView, admins: readonly Person[] = []): string {
  switch (refusal.code) {
    case "open-request":
      return openRequest(refusal, view);
    case "not-replaceable":
      return `#${refusal.number} can't be replaced any more${view ? `: ${stateInSentence(view)}` : ""}. Open the dialog again to see what is possible now.`;
    case "not-reviewer":
      return notReviewer(refusal, view);
    case "too-few-reviewers":
      return tooFewReviewers(refusal, admins);
    case "unknown-card":
      return `Nothing was done: what you used is not about the request that is #${refusal.number} now. It may be from before Signoff's database was restored. Run /approvals to find the current requests, or ask an admin.`;
    case "request-changed":
      return `#${refusal.number} has changed since it was shown to you, so nothing was done. ${view ? `It is now for ${boundWords(view)}. ` : ""}Check the request as it is now, and try again.`;
    case "already-decided":
    case "not-pending":
      return `#${refusal.number} is not waiting for review any more${view ? `: ${stateInSentence(view)}` : ""}.`;
    case "not-approved":
      return notApproved(refusal, view);
    case "not-canceller":
      return notCanceller(refusal, view);
    case "not-named":
      return `Only the member whom a token named in #${refusal.number} can say so. Cancel it instead.`;
    case "not-cancellable":
      return `#${refusal.number} can't be cancelled${view ? `: ${stateInSentence(view)}` : " any more"}.`;
    case "no-attempt":
      return noAttempt(refusal, view);
    case "not-ender":
      return `You can't end the attempt of #${refusal.number}. ${view ? shortName(view.requester.name) : "The requester"} or an admin can.`;
    default:
      return requestingRefusal(refusal);
  }
}

/** The refusals whose words do not depend on how a request is now. */
type RequestingRefusal =
  | RefusalOf<"not-found" | "archived" | "no-source" | "nothing-live" | "already-live" | "build-changed">
  | RefusalOf<"gate-changed" | "not-requester" | "comment-required" | "text-too-long" | "not-reviewed">
  | RefusalOf<"must-confirm" | "reason-required">;

function requestingRefusal(
  refusal: RequestingRefusal | ReportRefusal | TokenRefusal | SettingsRefusal,
): string {
  switch (refusal.code) {
    case "not-found":
      return notFound[refusal.what];
    case "archived":
      return `This ${refusal.what} is archived: nothing can be promoted in it.`;
    case "no-source":
      return `Nothing can be promoted to ${shortName(refusal.target)}: no environment comes before it. An admin can add one.`;
    case "nothing-live":
      return `Nothing is live in ${shortName(refusal.source)} yet, so there is nothing to promote. Deploy a build there first.`;
    case "already-live":
      return `${shortName(refusal.version)} is already live in ${shortName(refusal.target)}.`;
    case "build-changed":
      return "Another build went live meanwhile. Check it below and submit again.";
    case "gate-changed":
      return refusal.gated
        ? "A review is needed here by now. Submit again to request approval."
        : "No review is needed here any more: submit again, and it is promoted at once.";
    case "not-requester":
      return notRequester(refusal);
    case "comment-required":
      return "Say why: the workflow asks for a comment on Reject.";
    case "text-too-long":
      return `Keep it within ${refusal.limit.toLocaleString("en")} characters.`;
    case "not-reviewed":
      return `#${refusal.number} was made while no review was needed, and one is needed now. Cancel it and request approval.`;
    case "must-confirm":
      return "Something changed since the request was made. Check it and confirm.";
    case "reason-required":
      return `Say why you ${refusal.what === "attempt" ? "end" : "cancel"} it: everyone who was asked will see the reason.`;
    default:
      return reportRefusalWords(refusal);
  }
}

const notFound: Record<RefusalOf<"not-found">["what"], string> = {
  project: "This project does not exist any more.",
  role: "This role does not exist any more.",
  token: "This token does not exist.",
  build: "This build is not registered.",
  integration: "This integration does not exist any more. Choose another one.",
  environment: "This environment is not in the pipeline any more. Choose another one.",
  request: "There is no such request in this workspace.",
  member: "Signoff does not know you yet. Try again in a minute; if it stays so, ask an admin.",
};

/** Returns the state for the middle of a sentence: "waiting for review". */
function stateInSentence(view: RequestView): string {
  const words = stateWords(view);
  return words.charAt(0).toLowerCase() + words.slice(1);
}

function openRequest(refusal: RefusalOf<"open-request">, view?: RequestView): string {
  const owner = view ? ` by ${shortName(view.requester.name)} (${stateInSentence(view)})` : "";
  const isOpen = `Request #${refusal.number}${owner} is already open for this environment.`;
  if (refusal.replaceable) return `${isOpen} You can replace it: open the dialog again.`;
  if (!refusal.workflowOff) return isOpen;
  const finish = view?.state === "pending" ? "Wait for its review" : "Promote it";
  return `${isOpen} ${finish}, or cancel #${refusal.number} first.`;
}

const outsiders = {
  deactivated: "Deactivated members",
  guest: "Guests",
  bot: "Bots",
  stranger: "People from other workspaces",
} as const;

function notRequester(refusal: RefusalOf<"not-requester">): string {
  if (refusal.why !== "role")
    return `${outsiders[refusal.why]} can't request or promote. Full members of this workspace can.`;
  const roles = nameList(refusal.roles.map(shortName));
  return `In this project only ${roles} can request and promote. Ask one of them, or an admin to add you.`;
}

function notReviewer(refusal: RefusalOf<"not-reviewer">, view?: RequestView): string {
  const { why, number } = refusal;
  const reviewers = reviewersWords(view);
  switch (why) {
    case "self":
      return `You asked for #${number}, so somebody else must review it. ${reviewers}`;
    case "role":
      return `You are not a reviewer of ${view ? shortName(view.project.name) : "this project"}. ${reviewers}`;
    case "assignee":
      return `Only the assigned reviewers can review #${number}. ${reviewers}`;
    case "deactivated":
    case "guest":
    case "bot":
    case "stranger":
      return `${outsiders[why]} can't review. ${reviewers}`;
    default:
      return assertNever(why);
  }
}

function reviewersWords(view?: RequestView): string {
  const names = (view?.reviewers ?? []).map(({ name }) => shortName(name));
  return names.length === 0
    ? "Nobody can right now: ask an admin to choose reviewers."
    : `${nameList(names)} can.`;
}

function tooFewReviewers(refusal: RefusalOf<"too-few-reviewers">, admins: readonly Person[]): string {
  const { workflowRoles, required, available } = refusal;
  const roles = workflowRoles.length === 0 ? "the reviewer roles" : nameList(workflowRoles.map(shortName));
  const needed = required === 1 ? "one review is needed" : `${required} reviews are needed`;
  const can = available === 0 ? "nobody but you could review it" : `only ${available} could review it`;
  const who = admins.length === 0 ? "an admin" : nameList(admins.map(({ name }) => shortName(name)));
  return `Nobody would be able to decide this: ${needed}, and ${can}. Ask ${who} to add people to ${roles}.`;
}

function notApproved({ number }: RefusalOf<"not-approved">, view?: RequestView): string {
  if (view?.state === "pending") {
    const { given, required } = view.approvals;
    return `#${number} is not approved yet (${given} of ${required}). ${reviewersWords(view)}`;
  }
  return `#${number} can't be promoted${view ? `: ${stateInSentence(view)}` : " now"}.`;
}

function noAttempt({ number, why }: RefusalOf<"no-attempt">, view?: RequestView): string {
  if (why === "another") {
    return `The attempt that you saw has ended, and another one of #${number} is in progress. To end that one, press End Attempt again.`;
  }
  return `#${number} has no attempt in progress${view ? `: ${stateInSentence(view)}` : ""}.`;
}

function notCanceller({ number }: RefusalOf<"not-canceller">, view?: RequestView): string {
  const requester = view ? shortName(view.requester.name) : "The requester";
  const reviewers = view?.state === "approved" || view?.state === "failed" ? ", a reviewer" : "";
  return `You can't cancel #${number}. ${requester}${reviewers} or an admin can.`;
}
