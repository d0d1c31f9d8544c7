import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import type { Actor, Surface } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { auditLog } from "../schema/index.ts";

export type AuditEntry = {
  organizationId: string;
  at: Date;
  actor: Actor;
  surface: Surface;
  /** What was done, as `subject.verb`: `request.submitted`. */
  action: string;
  /** What it was done to: `request:42`, `workflow`. */
  subject: string;
  before: unknown;
  after: unknown;
};

/** R12: appends in the transaction of the change itself, so that neither is without the other. */
export async function append(tx: Tx, entries: readonly AuditEntry[]): Promise<void> {
  if (entries.length > 0) await tx.insert(auditLog).values([...entries]);
}

/** An entry as it was written down; `id` grows, and orders entries of the same instant. */
export type StoredEntry = Omit<AuditEntry, "organizationId"> & { id: number };

/** Whether there is an entry of this id. */
export async function has(db: Db | Tx, organizationId: string, id: number): Promise<boolean> {
  const rows = await db
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(and(eq(auditLog.organizationId, organizationId), eq(auditLog.id, id)));
  return rows.length > 0;
}

/**
 * Entries from a moment (included) to another (not included), in the order of their time, at most so many.
 *
 * @param after the id of the entry behind which to begin
 */
export async function list(
  db: Db | Tx,
  organizationId: string,
  range: { from: Date; to: Date },
  after: number | null,
  limit: number,
): Promise<StoredEntry[]> {
  const begin =
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
        begin,
      ),
    )
    .orderBy(asc(auditLog.at), asc(auditLog.id))
    .limit(limit);
}
