import { and, asc, eq, gt, inArray, lte, max, sql } from "drizzle-orm";
import { digestSurfaces } from "../../src/domain/delivery/digest.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { auditLog } from "../schema/index.ts";
import type { StoredEntry } from "./audit.ts";

/** What settings are called in the audit log, before the colon. `guard`: a change that was refused. */
const settings = ["workflow", "catalog", "project", "integration", "webhook", "role", "token", "guard"];

/** Changes of settings that a token, a file, or the command line made, or was refused, after one entry, up to another one. */
const inRange = (organizationId: string, range: { afterId: number; throughId?: number }) =>
  and(
    eq(auditLog.organizationId, organizationId),
    gt(auditLog.id, range.afterId),
    range.throughId === undefined ? undefined : lte(auditLog.id, range.throughId),
    inArray(auditLog.surface, [...digestSurfaces]),
    inArray(sql`split_part(${auditLog.subject}, ':', 1)`, settings),
  );

/** Returns the ID of the last such change after an entry; null if there is none. */
export async function findLastChangeId(
  db: Db | Tx,
  organizationId: string,
  afterId: number,
): Promise<number | null> {
  const [row] = await db
    .select({ id: max(auditLog.id) })
    .from(auditLog)
    .where(inRange(organizationId, { afterId }));
  return row?.id ?? null;
}

/** Returns the first of these changes, in order, and how many there are. */
export async function listSettingChanges(
  db: Db | Tx,
  organizationId: string,
  range: { afterId: number; throughId: number },
  limit: number,
): Promise<{ changes: StoredEntry[]; total: number }> {
  const { id, at, actor, surface, action, subject, before, after } = auditLog;
  const condition = inRange(organizationId, range);
  const changes = await db
    .select({ id, at, actor, surface, action, subject, before, after })
    .from(auditLog)
    .where(condition)
    .orderBy(asc(id))
    .limit(limit);
  return { changes, total: await db.$count(auditLog, condition) };
}
