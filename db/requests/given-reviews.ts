import { and, eq, exists, inArray, sql } from "drizzle-orm";
import type { GivenReview, GivenReviews } from "../../src/domain/requests/approvals.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests, reviews } from "../schema/index.ts";

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
      reviews: sql<GivenReview[]>`given_reviews(${requests.organizationId}, ${requests.number})`,
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
