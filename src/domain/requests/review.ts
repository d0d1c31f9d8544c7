import type { MemberId } from "../people/people.ts";
import { member } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import type { NotReviewer } from "../shared/refusals.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { WorkflowOptions } from "../workflow/workflow.ts";
import type { Eligibility } from "./eligibility.ts";
import { expiry, move, type PromotionRequest, stateAt, type Verdict } from "./request.ts";

/** R7: one review by one person. */
export type Review = { reviewerId: MemberId; verdict: Verdict; comment: string };

/** The effect of a review. `repeated`: the person had already given it, so nothing changes (R8). */
export type Reviewed =
  | { kind: "repeated" }
  | { kind: "counted"; request: PromotionRequest }
  | { kind: "decided"; request: PromotionRequest };

/**
 * R7, R8: returns what a review changes under the current rules. One Reject rejects the request; the last required
 * approval approves it.
 *
 * @param previous the earlier review by the same person, if any; the new one replaces it
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
  const repeats = previous?.verdict === given.verdict && (comment === "" || previous.comment === comment);
  if (stateAt(request.state, now).name !== "pending") return reviewClosed(request, given.verdict, repeats);
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
  if (repeats) return accept({ kind: "repeated" });
  return accept({ kind: "counted", request: { ...request, approvals, version: request.version + 1 } });
}

/** R8: only a repetition of the person's own review that matches the decision is accepted once a request is closed. */
function reviewClosed(request: PromotionRequest, verdict: Verdict, repeats: boolean): Result<Reviewed> {
  const { decision, number } = request;
  if (decision === null) return refuse({ code: "not-pending", number });
  const matches = decision.outcome === (verdict === "approve" ? "approved" : "rejected");
  return repeats && matches ? accept({ kind: "repeated" }) : refuse({ code: "already-decided", number });
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
