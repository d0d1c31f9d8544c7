import type { PromotionRequest, RequestState, StateName } from "../../src/domain/requests/request.ts";
import { type Actor, member } from "../../src/domain/shared/actor.ts";
import { defaultOptions, type WorkflowOptions } from "../../src/domain/workflow/workflow.ts";

/** The current time in pure tests. */
export const now = new Date("2026-03-02T09:00:00.000Z");

const day = 86_400_000;

/** Returns the time this many days after `now`, plus some milliseconds. */
export const inDays = (days: number, ms = 0): Date => new Date(now.getTime() + days * day + ms);

/** One example of every state. Those that can expire do so one day after `now`. */
export const sampleStates: Record<StateName, RequestState> = {
  pending: { name: "pending", expiresAt: inDays(1) },
  approved: { name: "approved", expiresAt: inDays(1) },
  rejected: { name: "rejected" },
  cancelled: { name: "cancelled", at: inDays(-1), by: member("UDANA"), reason: null, replacedBy: null },
  expired: { name: "expired", at: inDays(-1) },
  promoting: { name: "promoting", deploymentId: "d1" },
  promoted: { name: "promoted", deploymentId: "d1", at: inDays(-1) },
  failed: { name: "failed", deploymentId: "d1", outcome: "failed", reason: "no disk", expiresAt: inDays(1) },
};

export const everyState = Object.keys(sampleStates) as StateName[];

/** Returns Dana's request #42 in this state, approved or rejected by Bob if the state implies it. */
export function sampleRequest(
  state: StateName | RequestState = "pending",
  over: Partial<PromotionRequest> = {},
): PromotionRequest {
  const current = typeof state === "string" ? sampleStates[state] : state;
  const approved = ["approved", "promoting", "promoted", "failed"].includes(current.name);
  const outcome = approved ? "approved" : current.name === "rejected" ? "rejected" : null;
  return {
    organizationId: "T1",
    number: 42,
    identity: "018f0000-0000-7000-8000-000000000042",
    keyedBy: "identity",
    version: 3,
    projectId: "commerce",
    integrationId: "orders",
    sourceId: "staging",
    targetId: "production",
    buildId: "b2",
    targetBuildId: "b1",
    requestedBy: member("UDANA"),
    requesterId: "UDANA",
    tokenMemberIds: [],
    message: "Please",
    createdAt: inDays(-2),
    approvals: approved ? 1 : 0,
    decision: outcome && { outcome, at: inDays(-1), by: member("UBOB") },
    decidedFacts: null,
    state: current,
    ...over,
  };
}

/** A token of Tom's that acts as Dana. */
export const tokenForDana: Actor = {
  kind: "token",
  tokenId: "t1",
  name: "CI",
  memberId: "UDANA",
  makerId: "UTOM",
};

/** Returns the default options with some changed. */
export const optionsWith = (over: Partial<WorkflowOptions> = {}): WorkflowOptions => ({
  ...defaultOptions,
  ...over,
});
