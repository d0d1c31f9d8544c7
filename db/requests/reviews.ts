import { type AnyColumn, and, asc, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { Review } from "../../src/domain/requests/review.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { reviews } from "../schema/index.ts";

/** `workflowVersion` is the version that the review was judged by. */
export type StoredReview = Review & { at: Date; workflowVersion: number };

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
    const approverIds = byRequest.get(requestNumber);
    if (approverIds === undefined) byRequest.set(requestNumber, [reviewerId]);
    else approverIds.push(reviewerId);
  }
  return byRequest;
}

/**
 * Returns an expression for the current reviews of a request as a JSON array of `GivenReview`, in the order they were
 * given, with what decides whether they count.
 */
export const givenReviews = (organizationId: AnyColumn, requestNumber: AnyColumn): SQL => sql`(
  select coalesce(jsonb_agg(jsonb_build_object(
    'reviewerId', given.reviewer_id, 'verdict', given.verdict, 'comment', given.comment, 'fingerprint', given.fingerprint,
    'giver', jsonb_build_object('id', given.reviewer_id, 'status', coalesce(giver.standing, 'stranger'), 'holdings', (
      select coalesce(jsonb_agg(jsonb_build_object('roleId', role_id, 'projectId', project_id)), '[]')
      from role_holdings held where held.organization_id = given.organization_id and held.member_id = given.reviewer_id)))
    order by given.at, given.id), '[]')
  from reviews given
  left join members giver on giver.organization_id = given.organization_id and giver.id = given.reviewer_id
  where given.organization_id = ${organizationId} and given.request_number = ${requestNumber} and given.replaced_at is null)`;
