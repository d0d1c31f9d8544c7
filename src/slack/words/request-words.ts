import { cleanName } from "../../domain/shared/clean-text.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { ByView, RequestView } from "../../queries/requests/request-view.ts";
import { byWords, type NamesWho, shortName } from "./names.ts";
import { cutTo } from "./text.ts";

/** The part of a request that its sentences use. A card has all of a request, a line in a list only this. */
export type RequestInWords = Pick<RequestView, "state" | "decision" | "cancelled" | "approvals"> & {
  integration: { name: string };
  source: { name: string };
  target: { name: string };
  build: { version: string };
  attempt: {
    startedBy?: ByView;
    reason: string | null;
    unknown: boolean;
    endedBy?: ByView | null;
  } | null;
};

/** Returns "Orders Sync 1.4.2 from Staging to Production", as plain text. */
export function promotionWords({ integration, build, source, target }: RequestInWords): string {
  return `${shortName(integration.name)} ${shortName(build.version)} from ${shortName(source.name)} to ${shortName(target.name)}`;
}

type Slugged = { name: string; slug?: string };

/** Returns a name with its short name, which is what pipelines and webhooks use: "Orders Sync (orders-sync)". */
export function nameAndSlug({ name, slug }: Slugged): string {
  return slug === undefined ? shortName(name) : `${shortName(name)} (${slug})`;
}

/** Returns what a request would promote, with short names, as plain text. */
export function boundWords({ integration, build, source, target }: BoundInWords): string {
  const critical = target.critical ? ", which is critical" : "";
  return `${nameAndSlug(integration)} ${shortName(build.version)} from ${nameAndSlug(source)} to ${nameAndSlug(target)}${critical}`;
}

type BoundInWords = {
  integration: Slugged;
  source: Slugged;
  target: Slugged & { critical: boolean };
  build: { version: string };
};

/**
 * Returns the state in one plain sentence, for notifications, screen readers, and emails.
 *
 * @param who names whoever decided
 */
export function stateWords(request: RequestInWords, who: NamesWho = byWords): string {
  const { decision, attempt } = request;
  switch (request.state) {
    case "pending":
      return pendingWords(request);
    case "approved":
      return decision ? `Approved by ${who(decision.by)}` : "Approved";
    case "rejected":
      return decision ? `Rejected by ${who(decision.by)}` : "Rejected";
    case "cancelled":
      return cancelledWords(request, who);
    case "expired":
      return decision ? "Expired: nobody promoted it in time" : "Expired: nobody decided in time";
    case "promoting":
      return attempt?.startedBy ? `Promoting, started by ${who(attempt.startedBy)}` : "Promoting";
    case "promoted":
      return `Promoted: ${shortName(request.build.version)} is live in ${shortName(request.target.name)}`;
    case "failed":
      return failedWords(request, who);
    default:
      return assertNever(request.state);
  }
}

function pendingWords({ approvals }: RequestInWords): string {
  if (approvals.required === 1 && approvals.given === 0) return "Waiting for review";
  const { given, required } = approvals;
  // R4: people or settings changed, and a change of those never decides.
  if (given >= required) return `Waiting for another Approve: ${given} of ${required} approvals`;
  return `Waiting for review: ${given} of ${required} approvals`;
}

function cancelledWords({ cancelled }: RequestInWords, who: NamesWho): string {
  if (cancelled === null) return "Cancelled";
  const replaced = cancelled.replacedBy === null ? "" : `, replaced by #${cancelled.replacedBy}`;
  return `Cancelled by ${who(cancelled.by)}${replaced}`;
}

function failedWords({ attempt }: RequestInWords, who: NamesWho): string {
  if (attempt?.unknown) return `T${unknownWords(attempt, who).slice(1)}: it may still be running`;
  if (!attempt?.reason) return "The deployment failed";
  return `The deployment failed: ${cutTo(cleanName(attempt.reason), 500)}`;
}

/** Returns why the outcome of an attempt is unknown: "the deployment went silent", or who ended it. */
export function unknownWords(
  { endedBy }: Pick<NonNullable<RequestInWords["attempt"]>, "endedBy">,
  who: NamesWho = byWords,
): string {
  return endedBy ? `the attempt was ended by ${who(endedBy)}` : "the deployment went silent";
}

/** Returns the heading above the reason why an attempt did not succeed. */
export function reasonHeading({ unknown }: { unknown: boolean }): string {
  return unknown ? "Why it counts as unknown" : "Why it failed";
}

const stateSigns: Record<RequestView["state"], string> = {
  pending: "⏳",
  approved: "✅",
  rejected: "⛔",
  cancelled: "🚫",
  expired: "⌛",
  promoting: "🚀",
  promoted: "🎉",
  failed: "⚠️",
};

/** Returns the state as one emoji. The words beside it say the same. */
export const stateSign = ({ state }: Pick<RequestView, "state">): string => stateSigns[state];
