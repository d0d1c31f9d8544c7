import { type PromotionRequest, stateAt } from "../requests/request.ts";

/** The facts about a deployment that is judged against the gate. */
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
  /**
   * What was live there when the deployment started, if another deployment that started later is live now. Such a
   * deployment never becomes live. Absent otherwise.
   */
  overtaken?: { liveAtStart: { buildId: string; outside: boolean } | null };
  /** The request whose attempt the deployment is, if any, before the report that is judged. */
  own?: Pick<PromotionRequest, "state"> | null;
  /** Whether an approved request brought this build there after the deployment began. */
  promotedSince?: boolean;
  /** Whether an admin or a seed file records it. */
  recorded?: boolean;
};

/**
 * R1: returns whether a deployment bypassed the gate: the build was not requested there, or its request is not approved.
 * A deployment of the build that is already live is not a promotion and keeps the answer of the earlier one. The same
 * holds for one of the build that was live when it started, if a deployment that started later is live. If it
 * becomes live in place of another build, it is a rollback. The first build that an admin or a seed file records in an
 * empty environment is a baseline.
 */
export function bypassesGate(facts: BypassFacts, now: Date): boolean {
  const { buildId, gated, first, open, live, overtaken, own = null, promotedSince = false } = facts;
  if (!gated || first || promotedSince || isBaseline(facts)) return false;
  if (own !== null && isUnderWay(own, now)) return false;
  if (open?.buildId === buildId && isApproved(open, now)) return false;
  const redeployed = [live, overtaken?.liveAtStart].find((one) => one?.buildId === buildId);
  return redeployed?.outside ?? true;
}

/** Returns whether an admin or a seed file records the first build of an environment, to begin with. */
export const isBaseline = ({ live, recorded = false }: Pick<BypassFacts, "live" | "recorded">): boolean =>
  recorded && live === null;

/** An attempt began with an approval. It keeps it while its request is open, or was completed by another attempt. */
function isUnderWay({ state }: Pick<PromotionRequest, "state">, now: Date): boolean {
  const { name } = stateAt(state, now);
  return name === "promoting" || name === "failed" || name === "promoted";
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
