import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { warnings } from "../schema/index.ts";

/** What a far end refused: `email`, `slack`, `address:…`. `toldAt` is when. */
export type Refused = { subject: string; reason: string; at: Date };

/** Lets those who look for what is amiss wait for each other, so that the admins are told once. */
export async function lock(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('warnings'), hashtext(${organizationId}))`);
}

/** The subjects that the admins were told of, or that were refused, and that are not mended yet. */
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

/** Notes what a far end refused. @returns whether it was not noted before; then its reason and time stay as they were */
export async function note(
  tx: Tx,
  organizationId: string,
  { subject, reason, at }: Refused,
): Promise<boolean> {
  const rows = await tx
    .insert(warnings)
    .values({ organizationId, subject, reason, toldAt: at })
    .onConflictDoNothing()
    .returning({ subject: warnings.subject });
  return rows.length > 0;
}

/** Notes that it was refused again. */
export async function renew(tx: Tx, organizationId: string, { subject, reason, at }: Refused): Promise<void> {
  await tx
    .update(warnings)
    .set({ reason, toldAt: at })
    .where(and(eq(warnings.organizationId, organizationId), eq(warnings.subject, subject)));
}

/** What was refused, of these subjects or at all. */
export async function listRefused(
  db: Db | Tx,
  organizationId: string,
  subjects?: readonly string[],
): Promise<Refused[]> {
  const rows = await db
    .select({ subject: warnings.subject, reason: warnings.reason, at: warnings.toldAt })
    .from(warnings)
    .where(
      and(
        eq(warnings.organizationId, organizationId),
        isNotNull(warnings.reason),
        ...(subjects === undefined ? [] : [inArray(warnings.subject, [...subjects])]),
      ),
    )
    .orderBy(warnings.subject);
  return rows.map(({ reason, ...row }) => ({ ...row, reason: reason ?? "" }));
}
