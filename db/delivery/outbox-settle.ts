import { type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { type ClaimedItem, currentTime, milliseconds, sameClaim } from "./outbox.ts";

/** How an attempt ends an item, or when it is tried again. Times are in milliseconds. */
export type Settlement =
  /** With a reason: nothing was sent. */
  | { kind: "done"; reason?: string }
  /** A part is done. The item continues after `afterMs`, and its attempts start at 1 again. */
  | { kind: "later"; afterMs: number }
  /** Nothing was tried: the attempt does not count, and a doubt stays. An item of priority 1 waits `behindMs` longer. */
  | { kind: "postponed"; afterMs: number; reason: string; behindMs?: number }
  /** `inDoubt`: the attempt may have sent it. A doubt stays until the item is done. */
  | { kind: "retry"; afterMs: number; reason: string; inDoubt: boolean }
  | { kind: "dead"; reason: string };

/**
 * The result of settling. `again`: the item changed during the attempt and is due at once instead. `lost`: the lease had
 * ended, so nothing was written.
 */
export type Settled = "settled" | "waiting" | "again" | "lost";

/** Records how an attempt ended, if this worker still holds the item. Uses the database's clock. */
export async function settle(db: Db | Tx, item: ClaimedItem, settlement: Settlement): Promise<Settled> {
  const changes = changesOf(settlement, item);
  const rows = await db.execute<{ settled: boolean }>(sql`
    update outbox set leased_until = null, ${changes} where ${sameClaim(item)}
    returning settled_at is not null as settled`);
  const row = rows[0];
  if (row === undefined) return "lost";
  if (row.settled) return "settled";
  return settlement.kind === "done" || settlement.kind === "dead" ? "again" : "waiting";
}

function changesOf(settlement: Settlement, item: ClaimedItem): SQL {
  if (settlement.kind === "retry") return retry(settlement);
  if (settlement.kind === "postponed") return postponed(settlement);
  return settlement.kind === "later" ? later(settlement) : end(settlement, item);
}

function later({ afterMs }: Extract<Settlement, { kind: "later" }>): SQL {
  return sql`available_at = ${currentTime} + ${milliseconds(afterMs)}, attempts = 0, in_doubt = false, reason = null`;
}

/** Uses the current priority, because an urgent change may have come during the attempt. */
function postponed({ afterMs, reason, behindMs = 0 }: Extract<Settlement, { kind: "postponed" }>): SQL {
  return sql`
    available_at = ${currentTime} + ${milliseconds(afterMs)}
      + case when priority > 0 then ${milliseconds(behindMs)} else interval '0' end,
    attempts = attempts - 1,
    reason = ${reason}`;
}

function retry(settlement: Extract<Settlement, { kind: "retry" }>): SQL {
  return sql`
    available_at = ${currentTime} + ${milliseconds(settlement.afterMs)},
    in_doubt = in_doubt or ${settlement.inDoubt}::boolean,
    reason = ${settlement.reason}`;
}

/** Settles the item. If its revision has changed, it starts over instead, however the attempt ended. */
function end(settlement: Extract<Settlement, { kind: "done" | "dead" }>, item: ClaimedItem): SQL {
  const unchanged = sql`revision = ${item.revision}`;
  const done = settlement.kind === "done";
  return sql`
    settled_at = case when ${unchanged} then now() end,
    outcome = case when ${unchanged} then ${settlement.kind}::text end,
    reason = case when ${unchanged} then ${settlement.reason ?? null}::text end,
    in_doubt = in_doubt and not ${done}::boolean,
    attempts = case when ${unchanged} then attempts else 0 end,
    available_at = case when ${unchanged} then available_at else ${currentTime} end`;
}

/** The reason of an item whose kind the process that claimed it does not know. */
export const unhandledReason = (kind: string): string => `nothing handles ${kind}`;

/**
 * Reopens items of these kinds that a replica of an earlier version gave up within the last day, because it did not know
 * their kind.
 */
export async function reopenUnhandled(db: Db, kinds: readonly string[]): Promise<void> {
  await db.execute(sql`
    update outbox set settled_at = null, outcome = null, reason = null, attempts = 0, available_at = now()
    where outcome = 'dead' and settled_at is not null and settled_at > now() - interval '1 day'
      and reason = 'nothing handles ' || kind and kind in (${sql.join(
        kinds.map((kind) => sql`${kind}`),
        sql`, `,
      )})`);
}
