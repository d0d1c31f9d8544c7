import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { Review } from "../../src/domain/requests/review.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { reviews } from "../schema/index.ts";

/** `workflowVersion`: the one that it was judged by. */
export type StoredReview = Review & { at: Date; workflowVersion: number };

/** The reviews that stand, one per reviewer, in the order they were given. */
export async function list(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
): Promise<StoredReview[]> {
  return db
    .select({
      reviewerId: reviews.reviewerId,
      verdict: reviews.verdict,
      comment: reviews.comment,
      at: reviews.at,
      workflowVersion: reviews.workflowVersion,
    })
    .from(reviews)
    .where(
      and(
        eq(reviews.organizationId, organizationId),
        eq(reviews.requestNumber, requestNumber),
        isNull(reviews.replacedAt),
      ),
    )
    .orderBy(asc(reviews.at), asc(reviews.id));
}

/** Returns who has approved these requests, by request number, without replaced reviews. */
export async function listApproverIds(
  db: Db | Tx,
  organizationId: string,
  requestNumbers: readonly number[],
): Promise<Map<number, MemberId[]>> {
  const byRequest = new Map<number, MemberId[]>();
  if (requestNumbers.length === 0) return byRequest;
  const rows = await db
    .select({ requestNumber: reviews.requestNumber, reviewerId: reviews.reviewerId })
    .from(reviews)
    .where(
      and(
        eq(reviews.organizationId, organizationId),
        inArray(reviews.requestNumber, [...requestNumbers]),
        eq(reviews.verdict, "approve"),
        isNull(reviews.replacedAt),
      ),
    );
  for (const { requestNumber, reviewerId } of rows) {
    const known = byRequest.get(requestNumber);
    if (known === undefined) byRequest.set(requestNumber, [reviewerId]);
    else known.push(reviewerId);
  }
  return byRequest;
}

/** The review that this person gave before stays, marked as replaced (R7). */
export async function markReplaced(
  tx: Tx,
  organizationId: string,
  requestNumber: number,
  reviewerId: MemberId,
  at: Date,
): Promise<void> {
  await tx
    .update(reviews)
    .set({ replacedAt: at })
    .where(
      and(
        eq(reviews.organizationId, organizationId),
        eq(reviews.requestNumber, requestNumber),
        eq(reviews.reviewerId, reviewerId),
        isNull(reviews.replacedAt),
      ),
    );
}
