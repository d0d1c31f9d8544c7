import { accept, type Result, refuse } from "../shared/result.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import { drift, fingerprint, type Situation } from "./drift.ts";
import { expiry, move, type PromotionRequest, stateAt } from "./request.ts";

/**
 * R9: begins an attempt to bring exactly the approved build to the target.
 *
 * @param shown the fingerprint of the changes that the person was shown and confirmed; null when shown none
 * Refuses `not-approved` and `must-confirm`.
 */
export function beginAttempt(
  request: PromotionRequest,
  situation: Situation,
  shown: string | null,
  deploymentId: string,
  now: Date,
): Result<PromotionRequest> {
  const state = stateAt(request.state, now);
  if (state.name !== "approved" && state.name !== "failed") {
    return refuse({ code: "not-approved", number: request.number });
  }
  const changes = drift(request, situation);
  const seen = fingerprint(changes);
  if (changes.length > 0 && seen !== shown) {
    return refuse({ code: "must-confirm", number: request.number, changes, shown: seen });
  }
  return accept(move(request, { name: "promoting", deploymentId }));
}

/** How an attempt ended, as the deployer reported it. */
export type AttemptEnd =
  | { status: "succeeded" }
  | { status: "failed"; reason: string | null }
  | { status: "unknown"; reason: string | null };

/**
 * The request after its attempt ended, or null where the report does not move it: another attempt is the last one by
 * now, or the request was closed or has expired meanwhile (R11). A failed request whose last attempt succeeds late is
 * promoted after all; one whose last attempt ended unknown and turns out to have failed says so.
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
    // `unknown` was our own guess: what the far side says late is what is true. It is no new state, nor more time.
    if (state.outcome !== "unknown" || end.status !== "failed") return null;
    const known = { ...state, outcome: end.status, reason: end.reason };
    return { ...request, state: known, version: request.version + 1 };
  }
  return move(request, {
    name: "failed",
    deploymentId,
    outcome: end.status,
    reason: end.reason,
    expiresAt: expiry("failed", options, now),
  });
}
