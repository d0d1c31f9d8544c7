import type { MemberId } from "../people/people.ts";
import type { Actor } from "../shared/actor.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";

/** R7: what a reviewer says. */
export type Verdict = "approve" | "reject";

/** The states of a request. The arrows between them are `transitions`. */
export type RequestState =
  | { name: "pending"; expiresAt: Date }
  | { name: "approved"; expiresAt: Date }
  | { name: "rejected" }
  | { name: "cancelled"; at: Date; by: Actor; reason: string | null; replacedBy: number | null }
  | { name: "expired"; at: Date }
  | { name: "promoting"; deploymentId: string }
  | { name: "promoted"; deploymentId: string; at: Date }
  | {
      name: "failed";
      deploymentId: string;
      outcome: "failed" | "unknown";
      reason: string | null;
      expiresAt: Date;
    };

export type StateName = RequestState["name"];

/** What was decided, when and by whom: a member's review, or the system where the gate was open (R1). */
export type Decision = { outcome: "approved" | "rejected"; at: Date; by: Actor };

/** #42: this build of this integration, from this environment to that one. */
export type PromotionRequest = {
  organizationId: string;
  number: number;
  /** Counts the changes; a card that shows an older one is re-drawn. */
  version: number;
  projectId: string;
  integrationId: string;
  sourceId: string;
  targetId: string;
  buildId: string;
  /** What was live in the target when it was asked for (R9). */
  targetBuildId: string | null;
  requestedBy: Actor;
  requesterId: MemberId;
  message: string;
  createdAt: Date;
  /** Approvals given and counted: they stay counted (R4). */
  approvals: number;
  decision: Decision | null;
  state: RequestState;
};

/** The allowed transitions, as docs/rules.md draws them. */
export const transitions: Record<StateName, readonly StateName[]> = {
  pending: ["approved", "rejected", "cancelled", "expired"],
  approved: ["promoting", "cancelled", "expired"],
  promoting: ["promoted", "failed"],
  failed: ["promoting", "cancelled", "expired", "promoted"],
  rejected: [],
  cancelled: [],
  expired: [],
  promoted: [],
};

/** R3: the states that hold the one place for an integration and target environment. */
export const openStates = ["pending", "approved", "promoting", "failed"] as const satisfies StateName[];

export function isOpenState(name: StateName): boolean {
  return (openStates as readonly StateName[]).includes(name);
}

export function isOpen(state: RequestState): boolean {
  return isOpenState(state.name);
}

/** R5: everyone who counts as the requester. */
export function requesters(request: Pick<PromotionRequest, "requestedBy" | "requesterId">): MemberId[] {
  const { requestedBy, requesterId } = request;
  if (requestedBy.kind !== "token" || requestedBy.makerId === requesterId) return [requesterId];
  return [requesterId, requestedBy.makerId];
}

/** When a state that began now runs out (R11). */
export function expiry(state: "pending" | "approved" | "failed", options: WorkflowOptions, now: Date): Date {
  const days = state === "pending" ? options.pendingDays : options.unfinishedDays;
  return new Date(now.getTime() + days * 86_400_000);
}

/** R11: the instant at which this request expires or expired unnoticed, if it can. */
export function expiresAt(state: RequestState): Date | null {
  return "expiresAt" in state ? state.expiresAt : null;
}

/** R11: the state that is true now. A request is expired at that instant, whether or not a job has written it down. */
export function stateAt(state: RequestState, now: Date): RequestState {
  const until = expiresAt(state);
  return until !== null && until <= now ? { name: "expired", at: until } : state;
}

/** The request in its next state, one version on. Throws on an arrow that does not exist: that is a bug, not a refusal. */
export function move(request: PromotionRequest, state: RequestState): PromotionRequest {
  if (!transitions[request.state.name].includes(state.name)) {
    throw new Error(`#${request.number}: no way from ${request.state.name} to ${state.name}`);
  }
  return { ...request, state, version: request.version + 1 };
}
