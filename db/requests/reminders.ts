import { and, asc, eq, gt, inArray, lte, or, type SQL, sql } from "drizzle-orm";
import type { Reminder } from "../../src/domain/requests/reminder.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox, requests } from "../schema/index.ts";
import { requestColumns, toRequest } from "./request-row.ts";

/** A reminder that is due and is not in the outbox. */
export type DueReminder = Reminder & {
  number: number;
  /** The request's version now. */
  version: number;
};

/** The key of a reminder's outbox item, as src/outbox/items.ts builds it: one reminder for each state and its end. */
const key: SQL<string> = sql<string>`format('request:%s:reminder:%s:%s', ${requests.number}, ${requests.state},
  to_char(${requests.expiresAt} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))`;

/**
 * Returns the reminders that are due and not in the outbox (R11), in the order in which the requests expire.
 *
 * @param due.pendingUntil the latest expiry of a pending request to include
 * @param due.unfinishedUntil the latest expiry of an approved or failed request to include
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
    .select({ request: requestColumns })
    .from(requests)
    .where(
      and(
        eq(requests.organizationId, organizationId),
        // The condition of the partial index on the expiry.
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
