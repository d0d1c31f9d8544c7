import type { MemberId } from "../people/people.ts";
import { member } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import type { NotReviewer } from "../shared/refusals.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { Eligibility } from "./eligibility.ts";
import { expiry, move, type PromotionRequest, stateAt, type Verdict } from "./request.ts";

export type Review = { reviewerId: MemberId; verdict: Verdict; comment: string };

/** What a review came to. `repeated` changes nothing: the person had said so already (R8). */
export type Reviewed =
  | { kind: "repeated" }
  | { kind: "counted"; request: PromotionRequest }
  | { kind: "decided"; request: PromotionRequest };

/**
 * R7, R8: judges one review under the rules of this moment.
 *
 * @param previous the review that this person gave before, if any
 * Refuses `already-decided`, `not-pending`, `not-reviewer`, `comment-required`, `text-too-long`.
 */
export function review(
  request: PromotionRequest,
  given: Review,
  previous: Review | null,
  eligibility: Eligibility<NotReviewer>,
  options: WorkflowOptions,
  now: Date,
): Result<Reviewed> {
  const comment = given.comment.trim();
  const same = previous?.verdict === given.verdict && (comment === "" || previous.comment === comment);
  const state = stateAt(request.state, now);
  if (state.name !== "pending") {
    if (request.decision === null) return refuse({ code: "not-pending", number: request.number });
    const asDecided = request.decision.outcome === (given.verdict === "approve" ? "approved" : "rejected");
    if (same && asDecided) return accept({ kind: "repeated" });
    return refuse({ code: "already-decided", number: request.number });
  }
  if (!eligibility.eligible) {
    return refuse({ code: "not-reviewer", why: eligibility.why, number: request.number });
  }
  if (comment.length > limits.comment) {
    return refuse({ code: "text-too-long", field: "comment", limit: limits.comment });
  }
  if (given.verdict === "reject") {
    if (options.commentOnReject && comment === "") return refuse({ code: "comment-required" });
    return accept({ kind: "decided", request: decide(request, "rejected", given.reviewerId, options, now) });
  }
  const approvals = request.approvals + (previous?.verdict === "approve" ? 0 : 1);
  if (approvals >= options.requiredApprovals) {
    const counted = { ...request, approvals };
    return accept({ kind: "decided", request: decide(counted, "approved", given.reviewerId, options, now) });
  }
  if (same) return accept({ kind: "repeated" });
  return accept({ kind: "counted", request: { ...request, approvals, version: request.version + 1 } });
}

function decide(
  request: PromotionRequest,
  outcome: "approved" | "rejected",
  reviewerId: MemberId,
  options: WorkflowOptions,
  now: Date,
): PromotionRequest {
  const decision = { outcome, at: now, by: member(reviewerId) };
  const state =
    outcome === "approved"
      ? ({ name: "approved", expiresAt: expiry("approved", options, now) } as const)
      : ({ name: "rejected" } as const);
  return { ...move(request, state), decision };
}
