import { type PromotionRequest, stateAt } from "../requests/request.ts";

/** What is known where a deployment is reported that was not begun here. */
export type BypassFacts = {
  buildId: string;
  /** R1: whether a promotion to this environment needs an approved request now. */
  gated: boolean;
  /** The first environment of a pipeline has no gate before it: that is where builds come in. */
  first: boolean;
  /** The open request to bring something there, if there is one. */
  open: Pick<PromotionRequest, "buildId" | "state" | "decision"> | null;
  /** What is live there, and whether it came there outside approval. */
  live: { buildId: string; outside: boolean } | null;
};

/**
 * R1: whether a deployment went past the gate: nobody asked for this build there, or nobody approved it yet. Once more
 * what is live there already is no promotion.
 */
export function bypassesGate({ buildId, gated, first, open, live }: BypassFacts, now: Date): boolean {
  if (!gated || first) return false;
  if (live?.buildId === buildId) return live.outside;
  return open?.buildId !== buildId || !isApproved(open, now);
}

/** What the system approved while the gate was open counts only where it has begun already. */
function isApproved({ state, decision }: Pick<PromotionRequest, "state" | "decision">, now: Date): boolean {
  const { name } = stateAt(state, now);
  if (name === "promoting") return true;
  return (name === "approved" || name === "failed") && decision?.by.kind !== "system";
}

/** What a warning is about: a deployment that went past the gate. */
export const bypassSubject = (deploymentId: string): string => `${bypassPrefix}${deploymentId}`;

const bypassPrefix = "deployment:";

/** Which deployment a warning is about; null: it is about something else. */
export const bypassedDeploymentOf = (subject: string): string | null =>
  subject.startsWith(bypassPrefix) ? subject.slice(bypassPrefix.length) : null;
