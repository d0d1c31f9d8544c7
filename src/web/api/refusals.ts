import type { LoweredGuard } from "../../domain/catalog/guards.ts";
import type { Refusal, ReportRefusal, SettingsRefusal, TokenRefusal } from "../../domain/shared/refusals.ts";
import { assertNever } from "../../domain/shared/result.ts";

/** R13: returns why a call was refused and what to do, as sentences that make sense in the log of a pipeline. */
export function refusalWords(refusal: Refusal): string {
  switch (refusal.code) {
    case "not-found":
      return refusal.name === undefined
        ? `There is no such ${refusal.what}.`
        : `No ${refusal.what} has or had the slug ${refusal.name}, so nothing can be renamed. Check previousSlug.`;
    case "archived":
      return `This ${refusal.what} is archived.`;
    case "no-source":
      return `Nothing can be promoted to ${refusal.target}: no environment comes before it.`;
    case "nothing-live":
      return `Nothing is live in ${refusal.source} yet. Report a deployment there first.`;
    case "already-live":
      return `${refusal.version} is already live in ${refusal.target}.`;
    case "build-changed":
      return "Another build is live in the source by now.";
    case "gate-changed":
      return refusal.gated ? "A review is needed here by now." : "No review is needed here any more.";
    case "open-request":
      return openRequestWords(refusal);
    case "not-replaceable":
      return `#${refusal.number} cannot be replaced any more.`;
    case "not-requester":
      return notRequesterWords(refusal);
    case "not-reviewer":
      return `May not review #${refusal.number}.`;
    case "too-few-reviewers":
      return `Nobody could decide this: ${refusal.required} needed to approve, ${refusal.available} could. An admin must add people to ${list(refusal.workflowRoles)}.`;
    case "already-decided":
    case "not-pending":
      return `#${refusal.number} does not wait for a review any more.`;
    case "comment-required":
      return "The workflow asks for a comment on Reject.";
    case "text-too-long":
      return `The ${refusal.field} has more than ${refusal.limit} characters.`;
    case "not-approved":
    case "not-reviewed":
      return notPromotableWords(refusal);
    case "must-confirm":
      return 'Something changed since the request was made: see "changes". To go on, send "confirmed" with the text of "shown".';
    case "not-canceller":
    case "not-named":
    case "reason-required":
    case "not-cancellable":
    case "no-attempt":
    case "not-ender":
    case "unknown-card":
    case "request-changed":
      return endingWords(refusal);
    default:
      return callWords(refusal);
  }
}

function notPromotableWords({
  code,
  number,
}: Extract<Refusal, { code: "not-approved" | "not-reviewed" }>): string {
  return code === "not-approved"
    ? `#${number} is not approved, or not open any more.`
    : `#${number} was made while no review was needed, and one is needed now. Cancel it and request again.`;
}

type EndingCode =
  | "not-canceller"
  | "not-named"
  | "reason-required"
  | "not-cancellable"
  | "no-attempt"
  | "not-ender"
  | "unknown-card"
  | "request-changed";

function endingWords(refusal: Extract<Refusal, { code: EndingCode }>): string {
  switch (refusal.code) {
    case "not-canceller":
      return `Only the requester or an admin, or once it is approved a reviewer, can cancel #${refusal.number}.`;
    case "not-named":
      return `No token named this member in #${refusal.number}.`;
    case "reason-required":
      return "Say why: everyone who was asked will see the reason.";
    case "not-cancellable":
      return `#${refusal.number} cannot be cancelled any more.`;
    case "unknown-card":
    case "request-changed":
      return `#${refusal.number} has changed since it was shown. Read it again.`;
    case "not-ender":
      return `Only the requester or an admin can end the attempt of #${refusal.number}.`;
    case "no-attempt":
      return refusal.why === "none"
        ? `#${refusal.number} has no attempt in progress.`
        : `The attempt that you named has ended, and another one of #${refusal.number} is in progress.`;
    default:
      return assertNever(refusal);
  }
}

function openRequestWords({ number, replaceable }: Extract<Refusal, { code: "open-request" }>): string {
  return replaceable
    ? `Request #${number} is open for this environment. Replace it with "replaces": ${number}, or wait for its end.`
    : `Request #${number} is open for this environment. Wait for its end, or cancel it first.`;
}

function notRequesterWords(refusal: Extract<Refusal, { code: "not-requester" }>): string {
  const { why, roles, tokenMember } = refusal;
  const holder = tokenMember && `This token belongs to ${tokenMember.name}`;
  if (why === "role") {
    const rule = `In this project only members of ${list(roles)} can request and promote.`;
    return holder === undefined
      ? rule
      : `${holder}, who may not request here. ${rule} An admin can add them, or hand the token to somebody who may.`;
  }
  const who = holder === undefined ? "The member is" : `${holder}, who is`;
  return `${who} ${memberStatusWords[why]}: only active full members can request and promote.`;
}

type CallRefusal = ReportRefusal | TokenRefusal | SettingsRefusal;

/** Words for the refusals of reports, tokens, and settings. */
function callWords(refusal: CallRefusal): string {
  switch (refusal.code) {
    case "build-differs":
      return `Build ${refusal.id} is registered with another ${list(refusal.parts)}. A build never changes: register this one under an id of its own.`;
    case "deployment-differs":
      return `Deployment ${refusal.id} is known, of build ${refusal.build}. Report this one under an id of its own.`;
    case "time-out-of-range":
      return outOfRangeWords(refusal);
    case "commit-ambiguous":
      return `${refusal.count} commits of this version begin with ${refusal.commit}. Send more of the commit.`;
    case "no-webhook":
      return "This integration has no webhook yet. An admin sets it up in Slack, in Settings, at the integration.";
    case "token-invalid":
      return invalidToken(refusal);
    case "token-scope":
      return scopeWords(refusal);
    case "token-project":
      return "This token is for one project only, and not for this.";
    default:
      return settingsWords(refusal);
  }
}

function outOfRangeWords({ field, why, at }: Extract<ReportRefusal, { code: "time-out-of-range" }>): string {
  return why === "ahead"
    ? `body.${field} is more than 5 minutes ahead of Signoff's clock (${at.toISOString()}). Check the clock of the machine that sends it.`
    : `body.${field} is before the year 2000. Send a time in ISO 8601, such as ${at.toISOString()}.`;
}

const memberStatusWords = {
  deactivated: "deactivated",
  guest: "a guest",
  bot: "a bot",
  stranger: "from another workspace",
} as const;

const list = (names: readonly string[]): string => (names.length === 0 ? "a role" : names.join(", "));

function scopeWords({ scope, paused }: Extract<Refusal, { code: "token-scope" }>): string {
  return paused === undefined
    ? `This token lacks the scope ${scope}. An admin can add it in Slack, in Settings › API Tokens.`
    : `The scope ${scope} of this token is paused, because ${paused.name} is not an admin. An admin can make ${paused.name} an admin, or hand the token to an admin, in Slack, in Settings.`;
}

function invalidToken(refusal: Extract<Refusal, { code: "token-invalid" }>): string {
  switch (refusal.why) {
    case "unknown":
      return "This token is not known.";
    case "revoked":
      return "This token was revoked. An admin can make another one.";
    case "replaced":
      return "This token was handed over, and this is its old secret. Use the secret that its new owner got.";
    case "ended":
      return `This token ended on ${refusal.at.toISOString()}. An admin can set a later end in Slack, in Settings › API Tokens.`;
    case "inactive":
      return "Who answers for this token is no active full member any more. An admin can hand it to another member in Slack, in Settings › API Tokens.";
    default:
      return assertNever(refusal);
  }
}

/** Words for the refusals of settings. The short form is for settings that no route can change yet. */
function settingsWords(refusal: SettingsRefusal): string {
  switch (refusal.code) {
    case "not-admin":
      return "Only admins can do that.";
    case "stale":
      return "Somebody changed it meanwhile. Read it again.";
    case "name-taken":
      return nameTakenWords(refusal);
    case "name-unusable":
      return nameUnusableWords(refusal);
    case "guard-lowered":
      return guardLoweredWords(refusal);
    case "request-in-the-way":
      return `Request #${refusal.number} is open and needs this as it is. Finish or cancel it first.`;
    case "address-unusable":
      return "The webhook's address cannot be used.";
    case "silence-limit":
      return `Give a number of minutes from ${refusal.least} to ${refusal.most}.`;
    case "too-few-environments":
      return "A project needs at least one environment.";
    case "too-many-environments":
      return `A project has at most ${refusal.limit} environments.`;
    default:
      return `Refused: ${refusal.code}.`;
  }
}

const nameFaults = {
  hidden: "has line breaks, or characters that do not show or that change what shows. Send it without them",
  empty: "shows nothing. Send one that people can see",
  "too-long": "is too long",
} as const;

function nameUnusableWords(refusal: Extract<Refusal, { code: "name-unusable" }>): string {
  const { what, why, name, limit } = refusal;
  const most = why === "too-long" ? `: ${limit} characters are the most` : "";
  return `The ${what} name ${JSON.stringify(name)} ${nameFaults[why]}${most}.`;
}

function nameTakenWords({ name, archived, formerlyOf }: Extract<Refusal, { code: "name-taken" }>): string {
  if (formerlyOf !== undefined) {
    return `The slug ${name} once belonged to ${formerlyOf} and still leads there. Choose another one.`;
  }
  return archived === true
    ? `An archived one keeps the name ${name}. Choose another one.`
    : `There is one called ${name} already. Choose another name.`;
}

function guardLoweredWords({ guards, admins }: Extract<Refusal, { code: "guard-lowered" }>): string {
  const who = admins.length === 0 ? "An admin" : admins.map(({ name }) => name).join(" or ");
  return `A token never lowers a guard. ${guards.map(loweredGuardWords).join(" ")} ${who} can make this change in Slack, in Settings. A seed file can make it too, if it says so.`;
}

function loweredGuardWords(guard: LoweredGuard): string {
  switch (guard.kind) {
    case "not-critical":
      return `${guard.environment} would no longer be critical.`;
    case "dropped":
      return `${guard.environment} is critical and would be removed or replaced. To rename it, send its new slug with previousSlug.`;
    case "moved":
      return `${guard.environment} is critical, and other environments would come before it.`;
    case "first":
      return `${guard.environment} would become the first environment, which is never reviewed.`;
    case "requesters":
      return `More people than ${guard.roles.join(", ")} could request.`;
    case "deployer":
      return `${guard.integration} would no longer be deployed by its webhook.`;
    default:
      return assertNever(guard);
  }
}
