import type { Actor } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import { isRequester } from "./cancel.ts";
import { type PromotionRequest, stateAt } from "./request.ts";

/** What a person wants to end: the attempt that they saw (null for whichever runs), and why. */
export type AttemptEnding = { deploymentId: string | null; reason: string };

/** R10: returns whether this actor may end the request's attempt in progress. The reason is not checked. */
export function mayEndAttempt(
  request: PromotionRequest,
  actor: Actor,
  { admin }: { admin: boolean },
  now: Date,
): boolean {
  return stateAt(request.state, now).name === "promoting" && (admin || isRequester(request, actor));
}

/**
 * R10: returns the attempt to end, which then counts as unknown, and the reason.
 *
 * Refuses `no-attempt`, `not-ender`, `reason-required`, `text-too-long`.
 */
export function endRunningAttempt(
  request: PromotionRequest,
  actor: Actor,
  facts: { admin: boolean },
  ending: AttemptEnding,
  now: Date,
): Result<{ deploymentId: string; reason: string }> {
  const { number } = request;
  const state = stateAt(request.state, now);
  if (state.name !== "promoting") return refuse({ code: "no-attempt", number, why: "none" });
  if (ending.deploymentId !== null && ending.deploymentId !== state.deploymentId) {
    return refuse({ code: "no-attempt", number, why: "another" });
  }
  if (!mayEndAttempt(request, actor, facts, now)) return refuse({ code: "not-ender", number });
  const reason = ending.reason.trim();
  if (reason === "") return refuse({ code: "reason-required", what: "attempt" });
  if (reason.length > limits.reason) {
    return refuse({ code: "text-too-long", field: "reason", limit: limits.reason });
  }
  return accept({ deploymentId: state.deploymentId, reason });
}
