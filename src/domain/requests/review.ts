import type { MemberFacts, MemberId } from "../people/people.ts";
import { member } from "../shared/actor.ts";
import { limits } from "../shared/limits.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { Workflow, WorkflowOptions } from "../workflow/workflow.ts";
import { countedApprovals, type GivenReview, isFor } from "./approvals.ts";
import { reviewEligibility } from "./eligibility.ts";
import { expiry, move, type PromotionRequest, requesters, stateAt, type Verdict } from "./request.ts";

/** R7: one review by one person. */
export type Review = { reviewerId: MemberId; verdict: Verdict; comment: string };

/** What a review is judged by, as read at one moment. */
export type ReviewCase = {
  request: PromotionRequest;
  /** Identifies the request's bound facts (R7). */
  fingerprint: string;
  workflow: Workflow;
  reviewer: MemberFacts;
  /** The review that this person gave earlier and has not replaced. */
  previous: (Review & Pick<GivenReview, "fingerprint">) | null;
  /** Every current review; null if nothing has changed since `request.approvals` was counted. */
  reviews: readonly GivenReview[] | null;
};

/** The effect of a review. `repeated`: the person had already given it, so nothing changes (R8). */
export type Reviewed =
  | { kind: "repeated" }
  | { kind: "counted"; request: PromotionRequest }
  | { kind: "decided"; request: PromotionRequest };

/**
 * R4, R7, R8: returns what a review changes under the current rules. One Reject rejects the request. An Approve approves
 * it if, together with the approvals that count now, it is the last one required.
 *
 * @param shown identifies the bound facts that the person saw; null if they are not known
 * Refuses `already-decided`, `not-pending`, `not-reviewer`, `request-changed`, `comment-required`, `text-too-long`.
 */
export function review(seen: ReviewCase, given: Review, shown: string | null, now: Date): Result<Reviewed> {
  const { request, workflow, previous } = seen;
  const { number } = request;
  const comment = given.comment.trim();
  const repeats = previous?.verdict === given.verdict && (comment === "" || previous.comment === comment);
  if (stateAt(request.state, now).name !== "pending") return reviewClosed(request, given.verdict, repeats);
  const reviewed = { projectId: request.projectId, requesters: requesters(request) };
  const eligibility = reviewEligibility(seen.reviewer, reviewed, workflow);
  if (!eligibility.eligible) return refuse({ code: "not-reviewer", why: eligibility.why, number });
  if (shown !== null && shown !== seen.fingerprint) return refuse({ code: "request-changed", number });
  if (comment.length > limits.comment) {
    return refuse({ code: "text-too-long", field: "comment", limit: limits.comment });
  }
  const others = approvalsOfOthers(seen);
  if (given.verdict === "reject") {
    if (workflow.options.commentOnReject && comment === "") return refuse({ code: "comment-required" });
    const counted = { ...request, approvals: others };
    return accept({ kind: "decided", request: decide(counted, "rejected", given, workflow.options, now) });
  }
  const counted = { ...request, approvals: others + 1 };
  if (counted.approvals >= workflow.options.requiredApprovals) {
    return accept({ kind: "decided", request: decide(counted, "approved", given, workflow.options, now) });
  }
  if (repeats && countsAlready(seen)) return accept({ kind: "repeated" });
  return accept({ kind: "counted", request: { ...counted, version: request.version + 1 } });
}

/** R4: returns how many approvals of other people count now. */
function approvalsOfOthers(seen: ReviewCase): number {
  const { request, reviews, reviewer } = seen;
  if (reviews === null) return request.approvals - (countsAlready(seen) ? 1 : 0);
  return countedApprovals(
    reviews.filter(({ reviewerId }) => reviewerId !== reviewer.id),
    seen,
  ).length;
}

/** Returns whether the reviewer's earlier approval counts, given that they may review. */
const countsAlready = ({ previous, fingerprint }: ReviewCase): boolean =>
  previous?.verdict === "approve" && isFor(previous, fingerprint);

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
  { reviewerId }: Review,
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
