import { and, eq, inArray, isNotNull, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { warnings } from "../schema/index.ts";

/** Something that a provider refuses: `slack`, `email`, or one address (`address:…`), since when. */
export type Refused = { subject: string; reason: string; at: Date };

/** Locks an organization's warnings until the transaction ends, so that the admins are told about a problem only once. */
export async function lock(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('warnings'), hashtext(${organizationId}))`);
}

/** Returns the subjects that the admins were told about or that are refused, and that are not resolved. */
export async function list(db: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await db
    .select({ subject: warnings.subject })
    .from(warnings)
    .where(eq(warnings.organizationId, organizationId))
    .orderBy(warnings.subject);
  return rows.map((row) => row.subject);
}

/** Records that the admins were told about these subjects. Keeps the time of subjects that are already recorded. */
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

/** Removes resolved subjects, so that the admins are told again if a problem comes back. */
export async function remove(tx: Tx, organizationId: string, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await tx
    .delete(warnings)
    .where(and(eq(warnings.organizationId, organizationId), inArray(warnings.subject, [...subjects])));
}

/**
 * Records that a provider refuses something. Keeps the reason and time of a refusal that is already recorded.
 *
 * @returns whether it is new
 */
export async function addRefused(
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

/** Updates the reason and time of a recorded refusal. */
export async function updateRefused(
  tx: Tx,
  organizationId: string,
  { subject, reason, at }: Refused,
): Promise<void> {
  await tx
    .update(warnings)
    .set({ reason, toldAt: at })
    .where(and(eq(warnings.organizationId, organizationId), eq(warnings.subject, subject)));
}

/** Returns what is refused now, among these subjects or all of them. */
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
