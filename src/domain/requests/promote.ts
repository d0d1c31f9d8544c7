import { accept, type Result, refuse } from "../shared/result.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import { drift, fingerprint, type Situation } from "./drift.ts";
import { expiry, move, type PromotionRequest, stateAt } from "./request.ts";

/**
 * R9: returns the request with a new attempt to deploy exactly the approved build. It must be approved or failed.
 *
 * @param confirmedFingerprint the fingerprint of the changes that the person confirmed; null if none were shown
 * Refuses `not-approved`, and `must-confirm` if other changes than the confirmed ones exist.
 */
export function beginAttempt(
  request: PromotionRequest,
  situation: Situation,
  confirmedFingerprint: string | null,
  deploymentId: string,
  now: Date,
): Result<PromotionRequest> {
  const state = stateAt(request.state, now);
  if (state.name !== "approved" && state.name !== "failed") {
    return refuse({ code: "not-approved", number: request.number });
  }
  const changes = drift(request, situation);
  const current = fingerprint(changes);
  if (changes.length > 0 && current !== confirmedFingerprint) {
    return refuse({ code: "must-confirm", number: request.number, changes, shown: current });
  }
  return accept(move(request, { name: "promoting", deploymentId }));
}

/** How an attempt ended. `unknown`: its deployer stopped reporting, or a person ended it. */
export type AttemptEnd =
  | { status: "succeeded" }
  | { status: "failed"; reason: string | null }
  | { status: "unknown"; reason: string | null };

/**
 * R9: returns the request after its attempt ended. A late success of the last attempt turns a failed request into a
 * promoted one. A late failure replaces the outcome `unknown`.
 *
 * Returns null if the report does not change the request: the attempt is not its last one, or the request is closed or
 * expired (R11).
 */
export function endAttempt(
  request: PromotionRequest,
  deploymentId: string,
  end: AttemptEnd,
  options: WorkflowOptions,
  now: Date,
): PromotionRequest | null {
  const state = stateAt(request.state, now);
  if (state.name !== "promoting" && state.name !== "failed") return null;
  if (state.deploymentId !== deploymentId) return null;
  if (end.status === "succeeded") return move(request, { name: "promoted", deploymentId, at: now });
  if (state.name === "failed") {
    // `unknown` was a guess, and the late report is true. It is not a new state and does not extend the time.
    if (state.outcome !== "unknown" || end.status !== "failed") return null;
    const corrected = { ...state, outcome: end.status, reason: end.reason };
    return { ...request, state: corrected, version: request.version + 1 };
  }
  return move(request, {
    name: "failed",
    deploymentId,
    outcome: end.status,
    reason: end.reason,
    expiresAt: expiry("failed", options, now),
  });
}
