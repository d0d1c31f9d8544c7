import type { ReportRefusal, SettingsRefusal, TokenRefusal } from "../../domain/shared/refusals.ts";
import { assertNever } from "../../domain/shared/result.ts";
import { shortName } from "./names.ts";
import { settingsRefusalWords } from "./settings-refusals.ts";
import { nameList } from "./text.ts";

/** Returns why a pipeline's report, a token, or a change of settings was refused, in plain sentences (R13). */
export function reportRefusalWords(refusal: ReportRefusal | TokenRefusal | SettingsRefusal): string {
  switch (refusal.code) {
    case "build-differs":
      return `Build ${shortName(refusal.id)} is registered already, with another ${nameList(refusal.parts)}. A build never changes: register this one under an id of its own.`;
    case "deployment-differs":
      return `Deployment ${shortName(refusal.id)} is known already, of build ${shortName(refusal.build)}. Report this one under an id of its own.`;
    case "time-out-of-range":
      return outOfRangeWords(refusal);
    case "commit-ambiguous":
      return `${refusal.count} commits of this version begin with ${shortName(refusal.commit)}. Type more of the commit.`;
    case "no-webhook":
      return "Its webhook is not set up yet: an admin does that in Settings, at the integration.";
    case "token-invalid":
      return invalidToken(refusal);
    case "token-scope":
      return refusal.paused === undefined
        ? `This token may not do that: it lacks ${refusal.scope}. An admin can make one that may.`
        : `${refusal.scope} of this token is paused, because ${shortName(refusal.paused.name)} is not an admin.`;
    case "token-project":
      return "This token is for one project only, and not for this. An admin can make one for every project.";
    default:
      return settingsRefusalWords(refusal);
  }
}

function outOfRangeWords({ field, why }: Extract<ReportRefusal, { code: "time-out-of-range" }>): string {
  return why === "ahead"
    ? `The time in ${field} is more than 5 minutes in the future. Check the clock of the machine that sends it.`
    : `The time in ${field} is before the year 2000. Send a time in ISO 8601.`;
}

function invalidToken(refusal: Extract<TokenRefusal, { code: "token-invalid" }>): string {
  switch (refusal.why) {
    case "unknown":
      return "Nobody knows this token. Copy it anew, or ask an admin to make one.";
    case "revoked":
      return "This token was revoked. Ask an admin to make another one.";
    case "replaced":
      return "This token was handed over, and this is its old secret. Use the new one.";
    case "ended":
      return `This token ended on ${refusal.at.toISOString()}. Ask an admin to set a later end.`;
    case "inactive":
      return `${shortName(refusal.person.name)}, who answers for this token, is no active full member any more. Ask an admin to make another one.`;
    default:
      return assertNever(refusal);
  }
}
