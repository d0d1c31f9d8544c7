import type { MemberFacts } from "../people/people.ts";
import type { NotReviewer } from "../shared/refusals.ts";
import type { Workflow } from "../workflow/workflow.ts";
import { type Eligibility, reviewEligibility } from "./eligibility.ts";
import { type PromotionRequest, requesters } from "./request.ts";
import type { Review } from "./review.ts";

/** A current review, with what decides whether it counts: who gave it, and for which bound facts. */
export type GivenReview = Review & {
  giver: MemberFacts;
  /** Identifies the bound facts; null for a review that an earlier version stored, which counts for any. */
  fingerprint: string | null;
};

/** Why an approval no longer counts. `changed`: what it was given for is no longer what the request would promote. */
export type NotCounted = NotReviewer | "changed";

/** What approvals of a request are judged by, apart from who gave them. */
export type CountedBy = {
  request: Pick<PromotionRequest, "projectId" | "requestedBy" | "requesterId" | "tokenMemberIds">;
  /** Identifies the request's bound facts as they are now. */
  fingerprint: string;
  workflow: Workflow;
};

/** R4, R7: returns whether a review counts now and, if not, the first reason. */
export function reviewCounts(given: GivenReview, by: CountedBy): Eligibility<NotCounted> {
  const { request, fingerprint, workflow } = by;
  const reviewed = { projectId: request.projectId, requesters: requesters(request) };
  const eligibility = reviewEligibility(given.giver, reviewed, workflow);
  if (!eligibility.eligible) return eligibility;
  return isFor(given, fingerprint) ? { eligible: true } : { eligible: false, why: "changed" };
}

/** R4, R7: returns the approvals among these reviews that count now. */
export function countedApprovals<Given extends GivenReview>(
  reviews: readonly Given[],
  by: CountedBy,
): Given[] {
  return reviews.filter((given) => given.verdict === "approve" && reviewCounts(given, by).eligible);
}

/** The current reviews of a request, and what identifies its bound facts as they are now (R7). */
export type GivenReviews = { fingerprint: string; reviews: readonly GivenReview[] };

/**
 * R4: returns how many approvals of a request count now or, if it is no longer pending, counted then.
 *
 * @param given undefined if there are none
 */
export function approvalCount(
  request: PromotionRequest,
  given: GivenReviews | undefined,
  workflow: Workflow,
): number {
  if (request.state.name !== "pending") return request.approvals;
  return given === undefined ? 0 : countedApprovals(given.reviews, { ...given, request, workflow }).length;
}

/** R7: returns whether a review was given for these bound facts. */
export const isFor = (given: Pick<GivenReview, "fingerprint">, fingerprint: string): boolean =>
  given.fingerprint === null || given.fingerprint === fingerprint;
