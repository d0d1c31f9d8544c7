import * as audit from "../../../db/audit/audit.ts";
import type { Db } from "../../../db/connection/connect.ts";

export type AuditLine = audit.StoredEntry;

/** Whether the audit log has an entry of this id, to go on behind it. */
export function isAuditEntry(db: Db, organizationId: string, id: number): Promise<boolean> {
  return audit.has(db, organizationId, id);
}

/**
 * A page of the audit log in the order of time (R12): from a moment, included, to another, not included. People are in
 * it by id.
 *
 * @param after the id of the entry behind which the page begins
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
