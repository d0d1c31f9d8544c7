import { and, asc, eq, inArray, isNull } from "drizzle-orm";
import type { Surface } from "../src/domain/actor.ts";
import type { MemberId } from "../src/domain/people.ts";
import type { Review } from "../src/domain/review.ts";
import type { Db, Tx } from "./connect.ts";
import { reviews } from "./schema/index.ts";

export type StoredReview = Review & { at: Date };

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

/** Whose approvals of these requests stand, by request. */
export async function listWhoApproved(
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

/** The review that this person gave and has not replaced. */
export async function findOf(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
  reviewerId: MemberId,
): Promise<Review | undefined> {
  const [row] = await db
    .select({ reviewerId: reviews.reviewerId, verdict: reviews.verdict, comment: reviews.comment })
    .from(reviews)
    .where(
      and(
        eq(reviews.organizationId, organizationId),
        eq(reviews.requestNumber, requestNumber),
        eq(reviews.reviewerId, reviewerId),
        isNull(reviews.replacedAt),
      ),
    );
  return row;
}

/** Stores a review; one that the same person gave before stays, marked as replaced (R7). */
export async function add(
  tx: Tx,
  review: Review & {
    organizationId: string;
    id: string;
    requestNumber: number;
    workflowVersion: number;
    surface: Surface;
    at: Date;
  },
  replaces: boolean,
): Promise<void> {
  if (replaces) {
    await tx
      .update(reviews)
      .set({ replacedAt: review.at })
      .where(
        and(
          eq(reviews.organizationId, review.organizationId),
          eq(reviews.requestNumber, review.requestNumber),
          eq(reviews.reviewerId, review.reviewerId),
          isNull(reviews.replacedAt),
        ),
      );
  }
  await tx.insert(reviews).values(review);
}
