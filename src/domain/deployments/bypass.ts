import { type PromotionRequest, stateAt } from "../requests/request.ts";

/** The facts about a reported deployment that Signoff did not start. */
export type BypassFacts = {
  buildId: string;
  /** Whether a promotion to this environment currently needs an approved request (R1). */
  gated: boolean;
  /** Whether it is the first environment of its pipeline, where new builds are deployed. It has no gate. */
  first: boolean;
  /** The open request for this integration and environment, if any. */
  open: Pick<PromotionRequest, "buildId" | "state" | "decision"> | null;
  /** What is live there now. `outside`: it was itself deployed outside approval. */
  live: { buildId: string; outside: boolean } | null;
};

/**
 * R1: returns whether a deployment bypassed the gate: the build was not requested there, or its request is not approved.
 * A deployment of the build that is already live is not a promotion and keeps the answer of the earlier one.
 */
export function bypassesGate({ buildId, gated, first, open, live }: BypassFacts, now: Date): boolean {
  if (!gated || first) return false;
  if (live?.buildId === buildId) return live.outside;
  return open?.buildId !== buildId || !isApproved(open, now);
}

/** An approval by the system, given while the gate was open, counts only for an attempt that has already started. */
function isApproved({ state, decision }: Pick<PromotionRequest, "state" | "decision">, now: Date): boolean {
  const { name } = stateAt(state, now);
  if (name === "promoting") return true;
  return (name === "approved" || name === "failed") && decision?.by.kind !== "system";
}

/** Returns the subject of a warning about a deployment that bypassed the gate. */
export const bypassSubject = (deploymentId: string): string => `${bypassPrefix}${deploymentId}`;

const bypassPrefix = "deployment:";

/** Returns the deployment that a warning is about, or null if it is about something else. */
export const bypassedDeploymentOf = (subject: string): string | null =>
  subject.startsWith(bypassPrefix) ? subject.slice(bypassPrefix.length) : null;
