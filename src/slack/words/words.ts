import { assertNever } from "../../domain/shared/result.ts";
import type { ByView, RequestView } from "../../queries/requests/request-view.ts";
import { cutTo, isolated } from "./text.ts";

/** Names in running text stay short enough that no sentence outgrows its place. */
const nameLimit = 60;

export const shortName = (name: string): string =>
  isolated(cutTo(name.replace(/\s+/g, " ").trim(), nameLimit));

export function byWords(by: ByView): string {
  if (by.person === null) return `Signoff (${by.reason})`;
  const through = by.through === undefined ? "" : ` through token ${shortName(by.through)}`;
  return `${shortName(by.person.name)}${through}`;
}

/** What of a request the words about it need: a card has all of it, a line of a list no more than this. */
export type Worded = Pick<RequestView, "state" | "decision" | "cancelled" | "approvals"> & {
  integration: { name: string };
  source: { name: string };
  target: { name: string };
  build: { version: string };
  attempt: { startedBy?: ByView; reason: string | null; unknown: boolean } | null;
};

/** "Orders Sync 1.4.2 from Staging to Production", as plain text. */
export function whatWords(view: Worded): string {
  const { integration, build, source, target } = view;
  return `${shortName(integration.name)} ${shortName(build.version)} from ${shortName(source.name)} to ${shortName(target.name)}`;
}

/** The state in one plain sentence, for notifications, screen readers and emails. */
export function stateWords(view: Worded): string {
  const { decision, cancelled, attempt, approvals } = view;
  switch (view.state) {
    case "pending":
      return approvals.required === 1
        ? "Waiting for review"
        : `Waiting for review: ${approvals.given} of ${approvals.required} approvals`;
    case "approved":
      return decision ? `Approved by ${byWords(decision.by)}` : "Approved";
    case "rejected":
      return decision ? `Rejected by ${byWords(decision.by)}` : "Rejected";
    case "cancelled": {
      if (cancelled === null) return "Cancelled";
      const replaced = cancelled.replacedBy === null ? "" : `, replaced by #${cancelled.replacedBy}`;
      return `Cancelled by ${byWords(cancelled.by)}${replaced}`;
    }
    case "expired":
      return decision ? "Expired: nobody promoted it in time" : "Expired: nobody decided in time";
    case "promoting":
      return attempt?.startedBy ? `Promoting, started by ${byWords(attempt.startedBy)}` : "Promoting";
    case "promoted":
      return `Promoted: ${shortName(view.build.version)} is live in ${shortName(view.target.name)}`;
    case "failed":
      return attempt?.unknown
        ? "The deployment went silent: it may still be running"
        : `The deployment failed${attempt?.reason ? `: ${cutTo(attempt.reason.replace(/\s+/g, " ").trim(), 500)}` : ""}`;
    default:
      return assertNever(view.state);
  }
}

/** What stands above the reason of an attempt that did not succeed: the far side's, or our own. */
export function reasonHeading({ unknown }: { unknown: boolean }): string {
  return unknown ? "Why it counts as unknown" : "Why it failed";
}

/** The state as one sign, for eyes; the words beside it say the same. */
export function stateSign(view: Pick<RequestView, "state">): string {
  const signs: Record<RequestView["state"], string> = {
    pending: "⏳",
    approved: "✅",
    rejected: "⛔",
    cancelled: "🚫",
    expired: "⌛",
    promoting: "🚀",
    promoted: "🎉",
    failed: "⚠️",
  };
  return signs[view.state];
}

export function countWords(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
