import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import type { Actor, Surface } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { auditLog } from "../schema/index.ts";

export type AuditEntry = {
  organizationId: string;
  at: Date;
  actor: Actor;
  surface: Surface;
  /** What was done, as `subject.verb`, such as `request.submitted`. */
  action: string;
  /** What it was done to, such as `request:42` or `workflow`. */
  subject: string;
  before: unknown;
  after: unknown;
};

/** Appends entries in the transaction of the change, so that one never happens without the other (R12). */
export async function append(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await tx.insert(auditLog).values([...entries]);
}

/** A stored entry. `id` increases, and orders entries of the same time. */
export type StoredEntry = Omit<AuditEntry, "organizationId"> & { id: number };

/** Returns whether there is an entry with this ID. */
export async function has(db: Db | Tx, organizationId: string, id: number): Promise<boolean> {
  const rows = await db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(and(eq(auditLog.organizationId, organizationId), eq(auditLog.id, id)));
  return rows.length > 0;
}

/**
 * Returns the entries from one time (inclusive) to another (exclusive), in the order of their time.
 *
 * @param after the ID of the last entry of the previous page; null for the first page
 */
export async function list(
  db: Db | Tx,
  organizationId: string,
  range: { from: Date; to: Date },
  after: number | null,
  limit: number,
): Promise<StoredEntry[]> {
  const afterEntry =
    after === null
      ? undefined
      : sql`(${auditLog.at}, ${auditLog.id}) > (select at, id from audit_log where organization_id = ${organizationId} and id = ${after})`;
  const { id, at, actor, surface, action, subject, before } = auditLog;
  return db
    .select({ id, at, actor, surface, action, subject, before, after: auditLog.after })
    .from(auditLog)
    .where(
      and(
        eq(auditLog.organizationId, organizationId),
        gte(auditLog.at, range.from),
        lt(auditLog.at, range.to),
        afterEntry,
      ),
    )
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(limit);
}
