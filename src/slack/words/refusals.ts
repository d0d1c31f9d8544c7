import type { Person } from "../../domain/people/people.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { settingsRefusalWords } from "./settings-refusals.ts";
import { nameList } from "./text.ts";
import { shortName, stateWords } from "./words.ts";

/**
 * R13: a refusal as plain sentences: why not, and who can. Put it through `escaped` before it goes into mrkdwn.
 *
 * @param view the request that the refusal is about, as it is now
 * @param admins who runs Signoff, where one of them must do something about it
 */
export function refusalWords(refusal: Refusal, view?: RequestView, admins: readonly Person[] = []): string {
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
    case "open-request":
      return openRequest(refusal, view);
    case "not-replaceable":
      return `#${refusal.number} can't be replaced any more${view ? `: ${lower(stateWords(view))}` : ""}. Open the dialog again to see what is possible now.`;
    case "not-requester":
      return notRequester(refusal);
    case "not-reviewer":
      return notReviewer(refusal, view);
    case "too-few-reviewers":
      return tooFew(refusal, admins);
    case "already-decided":
    case "not-pending":
      return `#${refusal.number} is not waiting for review any more${view ? `: ${lower(stateWords(view))}` : ""}.`;
    case "comment-required":
      return "Say why: the workflow asks for a comment on Reject.";
    case "text-too-long":
      return `Keep it within ${refusal.limit.toLocaleString("en")} characters.`;
    case "not-approved":
      return notApproved(refusal, view);
    case "not-reviewed":
      return `#${refusal.number} was made while no review was needed, and one is needed now. Cancel it and request approval.`;
    case "must-confirm":
      return "Something changed since the request was made. Check it and confirm.";
    case "not-canceller":
      return notCanceller(refusal, view);
    case "reason-required":
      return "Say why you cancel it: everyone who was asked will see the reason.";
    case "not-cancellable":
      return `#${refusal.number} can't be cancelled${view ? `: ${lower(stateWords(view))}` : " any more"}.`;
    case "build-differs":
      return `Build ${shortName(refusal.id)} is registered already, with another ${nameList(refusal.parts)}. A build never changes: register this one under an id of its own.`;
    case "deployment-differs":
      return `Deployment ${shortName(refusal.id)} is known already, of build ${shortName(refusal.build)}. Report this one under an id of its own.`;
    case "no-webhook":
      return "Its webhook is not set up yet: an admin does that in Settings, at the integration.";
    case "token-invalid":
      return invalidToken(refusal);
    case "token-scope":
      return `This token may not do that: it lacks ${refusal.scope}. An admin can make one that may.`;
    case "token-project":
      return "This token is for one project only, and not for this. An admin can make one for every project.";
    default:
      return settingsRefusalWords(refusal);
  }
}

const notFound: Record<Extract<Refusal, { code: "not-found" }>["what"], string> = {
  project: "This project does not exist any more.",
  role: "This role does not exist any more.",
  token: "This token does not exist.",
  build: "This build is not registered.",
  integration: "This integration does not exist any more. Choose another one.",
  environment: "This environment is not in the pipeline any more. Choose another one.",
  request: "There is no such request in this workspace.",
  member: "Signoff does not know you yet. Try again in a minute; if it stays so, ask an admin.",
};

const lower = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1);

function openRequest(refusal: Extract<Refusal, { code: "open-request" }>, view?: RequestView): string {
  const whose = view ? ` by ${shortName(view.requester.name)} (${lower(stateWords(view))})` : "";
  const what = `Request #${refusal.number}${whose} is already open for this environment.`;
  if (refusal.replaceable) return `${what} You can replace it: open the dialog again.`;
  if (refusal.workflowOff) {
    const first = view?.state === "pending" ? "Wait for its review" : "Promote it";
    return `${what} ${first}, or cancel #${refusal.number} first.`;
  }
  return what;
}

const standings = {
  deactivated: "Deactivated members",
  guest: "Guests",
  bot: "Bots",
  stranger: "People from other workspaces",
} as const;

function notRequester(refusal: Extract<Refusal, { code: "not-requester" }>): string {
  if (refusal.why !== "role")
    return `${standings[refusal.why]} can't request or promote. Full members of this workspace can.`;
  const roles = nameList(refusal.roles.map(shortName));
  return `In this project only ${roles} can request and promote. Ask one of them, or an admin to add you.`;
}

function notReviewer(refusal: Extract<Refusal, { code: "not-reviewer" }>, view?: RequestView): string {
  const who = whoReviews(view);
  switch (refusal.why) {
    case "self":
      return `You asked for #${refusal.number}, so somebody else must review it. ${who}`;
    case "role":
      return `You are not a reviewer of ${view ? shortName(view.project.name) : "this project"}. ${who}`;
    case "assignee":
      return `Only the assigned reviewers can review #${refusal.number}. ${who}`;
    default:
      return `${standings[refusal.why]} can't review. ${who}`;
  }
}

function whoReviews(view?: RequestView): string {
  const names = (view?.reviewers ?? []).map((person) => shortName(person.name));
  return names.length === 0
    ? "Nobody can right now: ask an admin to choose reviewers."
    : `${nameList(names)} can.`;
}

function tooFew(refusal: Extract<Refusal, { code: "too-few-reviewers" }>, admins: readonly Person[]): string {
  const roles =
    refusal.workflowRoles.length === 0
      ? "the reviewer roles"
      : nameList(refusal.workflowRoles.map(shortName));
  const needed = refusal.required === 1 ? "one review is needed" : `${refusal.required} reviews are needed`;
  const can =
    refusal.available === 0 ? "nobody but you could review it" : `only ${refusal.available} could review it`;
  const who = admins.length === 0 ? "an admin" : nameList(admins.map(({ name }) => shortName(name)));
  return `Nobody would be able to decide this: ${needed}, and ${can}. Ask ${who} to add people to ${roles}.`;
}

function notApproved(refusal: Extract<Refusal, { code: "not-approved" }>, view?: RequestView): string {
  if (view?.state === "pending") {
    return `#${refusal.number} is not approved yet (${view.approvals.given} of ${view.approvals.required}). ${whoReviews(view)}`;
  }
  return `#${refusal.number} can't be promoted${view ? `: ${lower(stateWords(view))}` : " now"}.`;
}

function notCanceller(refusal: Extract<Refusal, { code: "not-canceller" }>, view?: RequestView): string {
  const requester = view ? shortName(view.requester.name) : "The requester";
  const reviewers = view?.state === "approved" || view?.state === "failed" ? ", a reviewer" : "";
  return `You can't cancel #${refusal.number}. ${requester}${reviewers} or an admin can.`;
}

function invalidToken(refusal: Extract<Refusal, { code: "token-invalid" }>): string {
  switch (refusal.why) {
    case "unknown":
      return "Nobody knows this token. Copy it anew, or ask an admin to make one.";
    case "revoked":
      return "This token was revoked. Ask an admin to make another one.";
    case "inactive":
      return `${shortName(refusal.person.name)}, who answers for this token, is no active full member any more. Ask an admin to make another one.`;
    default:
      return assertNever(refusal);
  }
}
