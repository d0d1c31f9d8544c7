import { eq, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { organizations, requestCounters } from "../schema/index.ts";

export type Organization = { id: string; name: string; url: string };

/** Inserts an organization, or updates the name and address of the one with its Slack ID. */
export async function save(db: Db | Tx, organization: Organization): Promise<void> {
  const { name, url } = organization;
  await db
    .insert(organizations)
    .values(organization)
    .onConflictDoUpdate({ target: organizations.id, set: { name, url } });
}

export async function find(db: Db | Tx, id: string): Promise<Organization | undefined> {
  const [row] = await db
    .select({ id: organizations.id, name: organizations.name, url: organizations.url })
    .from(organizations)
    .where(eq(organizations.id, id));
  return row;
}

/** Returns every organization, by name. */
export async function list(db: Db | Tx): Promise<Organization[]> {
  return db
    .select({ id: organizations.id, name: organizations.name, url: organizations.url })
    .from(organizations)
    .orderBy(organizations.name, organizations.id);
}

/** Takes the next request number, outside of the request's transaction: a refused submission leaves a gap. */
export async function nextRequestNumber(db: Db, organizationId: string): Promise<number> {
  const [row] = await db
    .insert(requestCounters)
    .values({ organizationId, last: 1 })
    .onConflictDoUpdate({
      target: requestCounters.organizationId,
      set: { last: sql`${requestCounters.last} + 1` },
    })
    .returning({ last: requestCounters.last });
  if (row === undefined) throw new Error("The counter returned no number");
  return row.last;
}

/** The largest number that a click may lead to. Beyond it, numbers could run out. */
const largestNumber = 999_999_999;

/**
 * Has the next requests begin after this number, unless they do: cards from before a restore of the database have the
 * numbers up to it.
 */
export async function raiseRequestCounter(db: Db, organizationId: string, number: number): Promise<void> {
  if (number > largestNumber) return;
  await db
    .insert(requestCounters)
    .values({ organizationId, last: number })
    .onConflictDoUpdate({
      target: requestCounters.organizationId,
      set: { last: sql`greatest(${requestCounters.last}, excluded.last)` },
    });
}
