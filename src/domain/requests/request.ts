import type { MemberId } from "../people/people.ts";
import type { Actor } from "../shared/actor.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { BoundFacts } from "./bound-facts.ts";

/*
 * Glossary. Code and screens use these words in this sense only.
 *
 * Organization  A Slack workspace that installed Signoff. Its id is Slack's.
 * Member        A person in it, identified by Slack user id.
 * Role          A named set of members, held for the whole organization or for one project.
 * Project       A group of integrations with one pipeline.
 * Integration   What gets promoted.
 * Environment   A stage of a pipeline, such as Staging. It may be critical.
 * Pipeline      The environments of a project in order. A step leads from one (source) to the next (target).
 * Build         An immutable artifact of an integration.
 * Deployment    One attempt to put a build into an environment.
 * Live          The build of the newest deployment to an environment that succeeded.
 * Workflow      "Environment Promotion": enabled or not, with roles, assignees, and options. Saved in versions.
 * Gate          The rule that a promotion needs an approved request (R1). A deployment without one bypasses the gate
 *               and is shown as "outside approval".
 * Request       #42: promote this build of this integration from source to target.
 * Open request  A request that is pending, approved, promoting, or failed (R3).
 * Review        A reviewer's Approve or Reject, with a comment.
 * Requester     The member for whom a request was made. If a token made it, its maker and every member to whom it
 *               belongs or belonged count too (R5).
 * Drift         What changed between the request and the promotion (R9).
 * Actor         Who acts: a member, an API token, or the system.
 * Refusal       The answer of a rule that does not allow something, as a value. Each surface has words for it.
 * Notice        A message or email to one person about a request.
 * Card          A Slack message that shows a request. It is redrawn after every change.
 */

/** R7: a reviewer's decision. */
export type Verdict = "approve" | "reject";

/** The states of a request. `transitions` lists the steps between them. */
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

/** The decision: by a member's review, or by the system if no review was required (R1). */
export type Decision = { outcome: "approved" | "rejected"; at: Date; by: Actor };

/** A promotion request: one build of one integration, from its source environment to its target. */
export type PromotionRequest = {
  organizationId: string;
  number: number;
  /** Never repeats. The number does after a restore: the database then counts from an earlier number. */
  identity: string;
  /** What the keys of its messages and emails contain. Requests of earlier versions keep the number. */
  keyedBy: "number" | "identity";
  /** Increases with every change. A card that shows an older version is redrawn. */
  version: number;
  projectId: string;
  integrationId: string;
  sourceId: string;
  targetId: string;
  buildId: string;
  /** The build that was live in the target when the request was made (R9). */
  targetBuildId: string | null;
  requestedBy: Actor;
  requesterId: MemberId;
  /** Every member whom the token that made it acts or acted for, and its maker (R5). Empty without a token. */
  tokenMemberIds: readonly MemberId[];
  message: string;
  createdAt: Date;
  /** How many approvals counted when the last review was given. People and settings may have changed since (R4). */
  approvals: number;
  decision: Decision | null;
  /** R9: what was approved or rejected, as stored with the decision; null before it. */
  decidedFacts: BoundFacts | null;
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

/** R3: the states of an open request. There is at most one per integration and target environment. */
export const openStates = ["pending", "approved", "promoting", "failed"] as const satisfies StateName[];

export function isOpenState(name: StateName): boolean {
  return (openStates as readonly StateName[]).includes(name);
}

export function isOpen(state: RequestState): boolean {
  return isOpenState(state.name);
}

/**
 * R5: returns everyone who counts as the requester: the member the request is for and, if a token made it, the token's
 * maker and every member to whom it belongs or belonged. They hold its secret, or may have a copy.
 */
export function requesters(
  request: Pick<PromotionRequest, "requestedBy" | "requesterId" | "tokenMemberIds">,
): MemberId[] {
  const { requestedBy, requesterId, tokenMemberIds } = request;
  if (requestedBy.kind !== "token") return [requesterId];
  return [...new Set([requesterId, requestedBy.makerId, ...tokenMemberIds])];
}

/**
 * R5: returns whether a token named another member as the requester, that is, none to whom it belongs or belonged. That
 * member may say that they did not ask for it.
 */
export function namesAnotherMember(
  request: Pick<PromotionRequest, "requestedBy" | "requesterId" | "tokenMemberIds">,
): boolean {
  const { requestedBy, requesterId, tokenMemberIds } = request;
  if (requestedBy.kind !== "token") return false;
  return requestedBy.makerId !== requesterId && !tokenMemberIds.includes(requesterId);
}

/** Returns what stands for a request in keys that others keep longer than this database: Slack and the email provider. */
export function keyOf({
  identity,
  keyedBy,
  number,
}: Pick<PromotionRequest, "identity" | "keyedBy" | "number">): string {
  return keyedBy === "identity" ? identity : String(number);
}

/** R11: returns when a state that starts now expires. */
export function expiry(state: "pending" | "approved" | "failed", options: WorkflowOptions, now: Date): Date {
  const days = state === "pending" ? options.pendingDays : options.unfinishedDays;
  return new Date(now.getTime() + days * 86_400_000);
}

/** R11: returns when this state expires, even if that is in the past; null if it never does. */
export function expiresAt(state: RequestState): Date | null {
  return "expiresAt" in state ? state.expiresAt : null;
}

/** R11: returns the state as of `now`. A request expires at the exact time, whether or not a job has recorded it. */
export function stateAt(state: RequestState, now: Date): RequestState {
  const until = expiresAt(state);
  return until !== null && until <= now ? { name: "expired", at: until } : state;
}

/** Returns the request in its next state, with the next version. Throws on a transition that is not allowed: that is a bug. */
export function move(request: PromotionRequest, state: RequestState): PromotionRequest {
  if (!transitions[request.state.name].includes(state.name)) {
    throw new Error(`#${request.number}: no way from ${request.state.name} to ${state.name}`);
  }
  return { ...request, state, version: request.version + 1 };
}
