import { and, eq, type SQL, sql } from "drizzle-orm";
import type { BoundFacts } from "../../src/domain/requests/bound-facts.ts";
import type { PromotionRequest } from "../../src/domain/requests/request.ts";
import type { PresentRequest } from "../../src/domain/requests/shown.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { requests } from "../schema/index.ts";

/** The parts of a request whose names and settings are bound. */
type Bound = Pick<
  PromotionRequest,
  "organizationId" | "integrationId" | "sourceId" | "targetId" | "buildId" | "message"
>;

/** R7: returns the bound facts of a request as they are now, and what identifies them. */
export async function findBound(
  db: Db | Tx,
  { organizationId, integrationId, sourceId, targetId, buildId, message }: Bound,
): Promise<{ facts: BoundFacts; fingerprint: string }> {
  const [row] = await db.execute<{ facts: BoundFacts; fingerprint: string }>(sql`
    select facts, fingerprint_of(facts) as fingerprint
    from bound_facts(${organizationId}, ${integrationId}, ${sourceId}, ${targetId}, ${buildId}, ${message}) as facts`);
  if (row === undefined) throw new Error("The bound facts of a request could not be read");
  return row;
}

/** Returns the bound facts that a request keeps, those of its last decision or else of its beginning, and what identifies them. */
export async function findKept(
  tx: Tx,
  organizationId: string,
  number: number,
): Promise<{ facts: BoundFacts | null; fingerprint: string | null }> {
  const [row] = await tx
    .select({ facts: requests.facts, fingerprint: requests.fingerprint })
    .from(requests)
    .where(and(eq(requests.organizationId, organizationId), eq(requests.number, number)));
  return row ?? { facts: null, fingerprint: null };
}

/**
 * Returns what a button or a dialog about a request is compared with; undefined if there is no such request.
 *
 * @param origin the card's ID or the request's identity that came with it; null for none
 */
export async function findPresent(
  db: Db | Tx,
  organizationId: string,
  number: number,
  origin: string | null,
): Promise<PresentRequest | undefined> {
  const [row] = await db
    .select({
      known: knowsOrigin(sql`${origin}::uuid`),
      fingerprint: sql<string>`request_fingerprint(${requests.organizationId}, ${requests.number})`,
      createdAt: requests.createdAt,
    })
    .from(requests)
    .where(and(eq(requests.organizationId, organizationId), eq(requests.number, number)));
  return row;
}

/** Returns an expression that says whether an ID is a request's identity or that of one of its cards, or null. */
export function knowsOrigin(origin: SQL): SQL<boolean> {
  return sql<boolean>`(${origin} is null or ${requests.identity} = ${origin} or exists (
    select from cards c where c.organization_id = ${requests.organizationId} and c.id = ${origin}
      and c.request_number = ${requests.number}))`;
}
