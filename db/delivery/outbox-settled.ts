import { sql } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";

/**
 * Removes what was settled before a moment, of all organizations, and the emails that were sent of it; at most so many.
 * One that is opened again at this moment stays.
 *
 * @returns how many
 */
export async function removeSettled(db: Db, before: Date, limit: number): Promise<number> {
  const moment = sql`${before.toISOString()}::timestamptz`;
  const rows = await db.execute<{ removed: number }>(sql`
    with old as materialized (
      select organization_id, id from outbox
      where outcome in ('done', 'dead') and settled_at is not null and settled_at < ${moment}
      limit ${limit}
      for update skip locked
    ), removed as (
      delete from outbox using old where outbox.organization_id = old.organization_id and outbox.id = old.id
      returning outbox.organization_id, outbox.key
    ), unkept as (
      delete from emails using removed where emails.organization_id = removed.organization_id and emails.key = removed.key
    )
    select count(*)::int as removed from removed`);
  return rows[0]?.removed ?? 0;
}
