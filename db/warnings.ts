import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db, Tx } from "./connect.ts";
import { warnings } from "./schema/index.ts";

/** Lets those who look for what is amiss wait for each other, so that the admins are told once. */
export async function lock(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('warnings'), hashtext(${organizationId}))`);
}

/** The subjects that the admins were told of and that are not mended yet. */
export async function list(db: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ subject: warnings.subject })
    .from(warnings)
    .where(eq(warnings.organizationId, organizationId))
    .orderBy(warnings.subject);
  return rows.map((row) => row.subject);
}

export async function add(
  tx: Tx,
  organizationId: string,
  subjects: readonly string[],
  toldAt: Date,
): Promise<void> {
  if (subjects.length === 0) return;
  await tx
    .insert(warnings)
    .values(subjects.map((subject) => ({ organizationId, subject, toldAt })))
    .onConflictDoNothing();
}

export async function remove(tx: Tx, organizationId: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await tx
    .delete(warnings)
    .where(and(eq(warnings.organizationId, organizationId), inArray(warnings.subject, [...subjects])));
}
