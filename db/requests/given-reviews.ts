import { type AnyColumn, and, eq, exists, inArray, type Placeholder, type SQL, sql } from "drizzle-orm";
import type { GivenReview, GivenReviews } from "../../src/domain/requests/approvals.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests, reviews } from "../schema/index.ts";

/**
 * Returns an expression for the current reviews of a request as a JSON array of `GivenReview`, in the order they were
 * given, with what decides whether they count (R4).
 *
 * @param by only the review of this member
 */
export const givenReviews = (
  organizationId: AnyColumn,
  requestNumber: AnyColumn,
  by?: Placeholder,
): SQL => sql`(
  select coalesce(jsonb_agg(jsonb_build_object(
    'reviewerId', given.reviewer_id, 'verdict', given.verdict, 'comment', given.comment, 'fingerprint', given.fingerprint,
    'giver', jsonb_build_object('id', given.reviewer_id, 'status', coalesce(giver.standing, 'stranger'), 'holdings', (
      select coalesce(jsonb_agg(jsonb_build_object('roleId', role_id, 'projectId', project_id)), '[]')
      from role_holdings held where held.organization_id = given.organization_id and held.member_id = given.reviewer_id)))
    order by given.at, given.id), '[]')
  from reviews given
  left join members giver on giver.organization_id = given.organization_id and giver.id = given.reviewer_id
  where given.organization_id = ${organizationId} and given.request_number = ${requestNumber} and given.replaced_at is null
    ${by === undefined ? sql`` : sql`and given.reviewer_id = ${by}`})`;

/** Returns the current reviews of those of these requests that have any, by request number. */
export async function listGiven(
  db: Db | Tx,
  organizationId: string,
  numbers: readonly number[],
): Promise<Map<number, GivenReviews>> {
  if (numbers.length === 0) return new Map();
  const reviewed = db
    .select({ one: sql`1` })
    .from(reviews)
    .where(
      and(eq(reviews.organizationId, requests.organizationId), eq(reviews.requestNumber, requests.number)),
    );
  const rows = await db
    .select({
      number: requests.number,
      fingerprint: sql<string>`request_fingerprint(${requests.organizationId}, ${requests.number})`,
      reviews: sql<GivenReview[]>`${givenReviews(requests.organizationId, requests.number)}`,
    })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        inArray(requests.number, [...numbers]),
        exists(reviewed),
      ),
    );
  return new Map(rows.map(({ number, ...given }) => [number, given]));
}
