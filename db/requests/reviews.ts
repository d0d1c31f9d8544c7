import { and, asc, eq, isNull } from "drizzle-orm";
import type { Review } from "../../src/domain/requests/review.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { reviews } from "../schema/index.ts";

/**
 * `workflowVersion` is the version that the review was judged by. `fingerprint` identifies the bound facts that it was
 * given for; null for a review of a request that was closed before they were stored.
 */
export type StoredReview = Review & { at: Date; workflowVersion: number; fingerprint: string | null };

/** Returns the current reviews of a request, one for each reviewer, in the order they were given. */
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
      fingerprint: reviews.fingerprint,
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
