import * as audit from "../../../db/audit/audit.ts";
import type { Db } from "../../../db/connection/connect.ts";

export type AuditLine = audit.StoredEntry;

/** Returns whether the audit log has an entry with this ID, after which a page can start. */
export function isAuditEntry(db: Db, organizationId: string, id: number): Promise<boolean> {
  return audit.has(db, organizationId, id);
}

/**
 * Returns a page of the audit log in the order of time (R12), from one time (inclusive) to another (exclusive). People
 * are recorded by ID.
 *
 * @param after the ID of the last entry of the previous page; null for the first page
 */
export function listAudit(
  db: Db,
  organizationId: string,
  range: { from: Date; to: Date },
  after: number | null,
  limit: number,
): Promise<AuditLine[]> {
  return audit.list(db, organizationId, range, after, limit);
}
