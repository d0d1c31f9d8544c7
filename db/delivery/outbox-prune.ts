import { sql } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";

/**
 * Removes items of all organizations that were settled before a time, at most `limit`, and their stored emails. Skips
 * items that are being reopened.
 *
 * @returns the number of items removed
 */
export async function removeSettled(db: Db, settledBefore: Date, limit: number): Promise<number> {
  const before = sql`${settledBefore.toISOString()}::timestamptz`;
  const rows = await db.execute<{ removed: number }>(sql`
    with old as materialized (
      select organization_id, id from outbox
      where outcome in ('done', 'dead') and settled_at is not null and settled_at < ${before}
      limit ${limit}
      for update skip locked
    ), removed as (
      delete from outbox using old where outbox.organization_id = old.organization_id and outbox.id = old.id
      returning outbox.organization_id, outbox.key
    ), removed_emails as (
      delete from emails using removed where emails.organization_id = removed.organization_id and emails.key = removed.key
    )
    select count(*)::int as removed from removed`);
  return rows[0]?.removed ?? 0;
}
