import { type Actor, actingMember } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import { isOpen, move, type PromotionRequest, type RequestState, requesters, stateAt } from "./request.ts";

/** What the rules ask about somebody who wants to cancel. */
export type CancellerFacts = {
  admin: boolean;
  /** May review this request now (R4, R5). */
  reviewer: boolean;
  /** May request in this project now (R14). */
  mayRequest: boolean;
  requesterDeactivated: boolean;
};

/** R10: whether this actor may cancel the request as it stands; says nothing about the reason they give. */
export function mayCancel(
  request: PromotionRequest,
  actor: Actor,
  facts: CancellerFacts,
  now: Date,
): boolean {
  const state = stateAt(request.state, now);
  if (!isCancellable(state)) return false;
  if (isRequester(request, actor) || facts.admin) return true;
  // Once approved: a failed request was approved before, and its next attempt needs no further review.
  if (state.name !== "pending" && facts.reviewer) return true;
  return facts.requesterDeactivated && facts.mayRequest;
}

/**
 * R10: cancels a pending, approved or failed request. Only the requester needs no reason.
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
  const said = reason.trim();
  if (said === "" && !isRequester(request, actor)) return refuse({ code: "reason-required" });
  if (said.length > limits.reason) {
    return refuse({ code: "text-too-long", field: "reason", limit: limits.reason });
  }
  return accept(
    move(request, { name: "cancelled", at: now, by: actor, reason: said || null, replacedBy: null }),
  );
}

/** R3: whether a newer build may take this request's place. */
export function replaceable(request: PromotionRequest, liveBuildId: string | null, now: Date): boolean {
  if (!isCancellable(stateAt(request.state, now))) return false;
  return liveBuildId !== null && liveBuildId !== request.buildId;
}

/** R3: cancels a request because another one took its place. */
export function replace(request: PromotionRequest, by: Actor, number: number, now: Date): PromotionRequest {
  return move(request, { name: "cancelled", at: now, by, reason: null, replacedBy: number });
}

/** Open, with no attempt under way. */
function isCancellable(state: RequestState): boolean {
  return isOpen(state) && state.name !== "promoting";
}

function isRequester(request: PromotionRequest, actor: Actor): boolean {
  const id = actingMember(actor);
  return id !== null && requesters(request).includes(id);
}
