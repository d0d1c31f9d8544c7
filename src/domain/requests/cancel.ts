import { type Actor, actingMember } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import { isOpen, move, type PromotionRequest, type RequestState, requesters, stateAt } from "./request.ts";

/** The facts about a person who wants to cancel a request. */
export type CancellerFacts = {
  admin: boolean;
  /** Whether they may review this request now (R4, R5). */
  reviewer: boolean;
  /** Whether they may request in this project now (R14). */
  mayRequest: boolean;
  requesterDeactivated: boolean;
};

/** R10: returns whether this actor may cancel the request in its current state. The reason is not checked. */
export function mayCancel(
  request: PromotionRequest,
  actor: Actor,
  facts: CancellerFacts,
  now: Date,
): boolean {
  const state = stateAt(request.state, now);
  if (!isCancellable(state)) return false;
  if (isRequester(request, actor) || facts.admin) return true;
  // A failed request was approved before, and its next attempt needs no further review.
  if (state.name !== "pending" && facts.reviewer) return true;
  return facts.requesterDeactivated && facts.mayRequest;
}

/**
 * R10: returns the request as cancelled. It must be pending, approved, or failed. Everyone but the requester must give a
 * reason.
 *
 * Refuses `not-cancellable`, `not-canceller`, `reason-required`, `text-too-long`.
 */
export function cancel(
  request: PromotionRequest,
  actor: Actor,
  facts: CancellerFacts,
  reason: string,
  now: Date,
): Result<PromotionRequest> {
  if (!isCancellable(stateAt(request.state, now))) {
    return refuse({ code: "not-cancellable", number: request.number });
  }
  if (!mayCancel(request, actor, facts, now))
    return refuse({ code: "not-canceller", number: request.number });
  const trimmed = reason.trim();
  if (trimmed === "" && !isRequester(request, actor)) return refuse({ code: "reason-required" });
  if (trimmed.length > limits.reason) {
    return refuse({ code: "text-too-long", field: "reason", limit: limits.reason });
  }
  return accept(
    move(request, { name: "cancelled", at: now, by: actor, reason: trimmed || null, replacedBy: null }),
  );
}

/**
 * R3: returns whether a new request may replace this one: it is cancellable and another build is now live in its source.
 *
 * @param liveBuildId the build that is live in the source; null for none
 */
export function replaceable(request: PromotionRequest, liveBuildId: string | null, now: Date): boolean {
  if (!isCancellable(stateAt(request.state, now))) return false;
  return liveBuildId !== null && liveBuildId !== request.buildId;
}

/** R3: returns the request as cancelled because request `number` replaces it. */
export function replace(request: PromotionRequest, by: Actor, number: number, now: Date): PromotionRequest {
  return move(request, { name: "cancelled", at: now, by, reason: null, replacedBy: number });
}

/** Returns whether a state is open and no attempt is in progress. */
function isCancellable(state: RequestState): boolean {
  return isOpen(state) && state.name !== "promoting";
}

/** Returns whether an actor is, or acts for, somebody who counts as the requester (R5). */
export function isRequester(request: PromotionRequest, actor: Actor): boolean {
  const id = actingMember(actor);
  return id !== null && requesters(request).includes(id);
}
