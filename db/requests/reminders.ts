import { and, asc, eq, gt, inArray, lte, or, type SQL, sql } from "drizzle-orm";
import type { Reminder } from "../../src/domain/requests/reminder.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox, requests } from "../schema/index.ts";
import { toRequest } from "./request-row.ts";

/** A reminder that is due and was never added to the outbox. */
export type DueReminder = Reminder & {
  number: number;
  /** The request's version now. */
  version: number;
};

/** The key of a reminder's outbox item, as `items` in src/outbox builds it: one reminder per state and its end. */
const key: SQL<string> = sql<string>`format('request:%s:reminder:%s:%s', ${requests.number}, ${requests.state},
  to_char(${requests.expiresAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

/**
 * R11: the reminders that are due now and were not added yet, what runs out first before the others, at most so many.
 *
 * @param due.pendingUntil,due.unfinishedUntil what waits for review, and what is approved or failed, and runs out by then
 */
export async function listDue(
  db: Db | Tx,
  organizationId: string,
  due: { now: Date; pendingUntil: Date; unfinishedUntil: Date },
  limit: number,
): Promise<DueReminder[]> {
  const { now, pendingUntil, unfinishedUntil } = due;
  const latest = pendingUntil > unfinishedUntil ? pendingUntil : unfinishedUntil;
  const { state, expiresAt } = requests;
  const rows = await db
    .select({ request: requests })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        // As the partial index says it, which is gone through by the end of the requests' time.
        sql`${expiresAt} is not null and ${state} in ('pending', 'approved', 'failed')`,
        gt(expiresAt, now),
        lte(expiresAt, latest),
        or(
          and(eq(state, "pending"), lte(expiresAt, pendingUntil)),
          and(inArray(state, ["approved", "failed"]), lte(expiresAt, unfinishedUntil)),
        ),
        sql`not exists (select from ${outbox} where ${outbox.organizationId} = ${requests.organizationId} and ${outbox.key} = ${key})`,
      ),
    )
    .orderBy(asc(expiresAt))
    .limit(limit);
  return rows.flatMap(({ request: row }): DueReminder[] => {
    const { number, version, state: current } = toRequest(row);
    if (current.name !== "pending" && current.name !== "approved" && current.name !== "failed") return [];
    return [{ number, version, state: current.name, expiresAt: current.expiresAt.toISOString() }];
  });
}
