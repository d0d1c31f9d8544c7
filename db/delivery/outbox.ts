import { isNull, type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox } from "../schema/outbox.ts";

/** Something to be done after the commit. The payload is JSON and names things by id; `kind` chooses the handler. */
export type NewItem = {
  organizationId: string;
  kind: string;
  key: string;
  payload: unknown;
  /** How long it waits before it is due, in milliseconds: what comes for the same key meanwhile is done with it. */
  afterMs?: number;
  /** Of what is due the lower ones come first; 0 without it. What somebody waits for is 0, what only follows is 1. */
  priority?: 0 | 1;
  /** The request that it tells of, and whom: its ledger lists it. */
  requestNumber?: number;
  recipientId?: string;
};

/** A claimed item: this worker's alone until its lease ends. */
export type ClaimedItem = Omit<NewItem, "afterMs" | "priority" | "requestNumber" | "recipientId"> & {
  id: number;
  priority: number;
  revision: number;
  /** Counts this attempt: 1 at the first. */
  attempts: number;
  /** An earlier attempt may have reached the far end. Look there before sending again. */
  inDoubt: boolean;
  /** Why the last attempt did not end it. */
  reason: string | null;
  /** When it was added, or opened again. */
  createdAt: Date;
  /** Which claim this is, exactly as the database wrote it: the fence of `settle`. */
  leasedUntil: string;
};

export type Settlement =
  /** With a reason: nothing was sent, and why. */
  | { kind: "done"; reason?: string }
  /** A part is done: the item goes on after so long, with its attempts counted anew. */
  | { kind: "later"; afterMs: number }
  /**
   * Nothing was tried: the attempt is not counted, and a doubt stays. `behindMs`: how much longer it waits where nobody
   * waits for it.
   */
  | { kind: "postponed"; afterMs: number; reason: string; behindMs?: number }
  /** `inDoubt`: the attempt may have reached the far end. A doubt once noted stays until the item is done. */
  | { kind: "retry"; afterMs: number; reason: string; inDoubt: boolean }
  | { kind: "dead"; reason: string };

/**
 * What became of the settlement. `again`: a change came for the key during the attempt, and the item is due at once
 * instead of settled. `lost`: the lease ended and the item is somebody else's; nothing was written.
 */
export type Settled = "settled" | "waiting" | "again" | "lost";

/** Adds items, all in one statement. A key that was ever added, in the same organization, is left alone. */
export async function add(tx: Tx | Db, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx.execute(sql`${insertItems(items)} on conflict (organization_id, key) do nothing`);
}

/**
 * Adds items, all in one statement. Where the key exists its revision rises, and it is opened again, due as a new one,
 * if it was settled. An item that is waiting or being worked keeps its time and its lease: its worker finds the revision
 * moved and goes again. So there is one open item per key, one worker at a time on it, and no change is lost. What nobody
 * waited for until now is due with the change that somebody waits for.
 */
export async function addOrReopen(tx: Tx | Db, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx.execute(sql`
    ${insertItems(items)}
    on conflict (organization_id, key) do update set
      kind = excluded.kind,
      payload = excluded.payload,
      revision = outbox.revision + 1,
      priority = case when outbox.settled_at is null
        then least(outbox.priority, excluded.priority) else excluded.priority end,
      attempts = case when outbox.settled_at is null then outbox.attempts else 0 end,
      available_at = case
        when outbox.settled_at is not null then excluded.available_at
        when outbox.priority > excluded.priority then least(outbox.available_at, excluded.available_at)
        else outbox.available_at end,
      reason = case when outbox.settled_at is null then outbox.reason end,
      created_at = case when outbox.settled_at is null then outbox.created_at else excluded.created_at end,
      settled_at = null,
      outcome = null`);
}

/**
 * Takes up to `limit` due items, by priority and then the oldest first, under a lease of `leaseMs`. An item whose earlier lease ran out was in
 * somebody's hands when they died: it comes back in doubt.
 *
 * @param options.now stands in for the database's clock in tests.
 */
export async function claim(
  db: Db,
  options: { limit: number; leaseMs: number; now?: Date },
): Promise<ClaimedItem[]> {
  const now = options.now === undefined ? sql`now()` : sql`${options.now.toISOString()}::timestamptz`;
  // A common table expression, because the planner may run a sub-select twice and then lock more than `limit`.
  const rows = await db.execute<ClaimedRow>(sql`
    with due as materialized (
      select organization_id, id, leased_until is not null as abandoned
      from outbox
      where settled_at is null and available_at <= ${now} and (leased_until is null or leased_until <= ${now})
      order by priority, available_at
      limit ${options.limit}
      for update skip locked
    )
    update outbox set
      leased_until = ${now} + ${milliseconds(options.leaseMs)},
      attempts = outbox.attempts + 1,
      in_doubt = outbox.in_doubt or due.abandoned
    from due
    where outbox.organization_id = due.organization_id and outbox.id = due.id
    returning outbox.organization_id, outbox.id, outbox.kind, outbox.key, outbox.payload, outbox.revision,
      outbox.priority, outbox.attempts, outbox.in_doubt, outbox.reason, outbox.created_at, outbox.leased_until`);
  return rows.map(toItem);
}

/**
 * Writes how an attempt ended, if the item is still this worker's: the fence is the claim's attempt and lease. Times
 * are the database's.
 */
export async function settle(db: Db | Tx, item: ClaimedItem, settlement: Settlement): Promise<Settled> {
  const changes = changesOf(settlement, item);
  const rows = await db.execute<{ settled: boolean }>(sql`
    update outbox set leased_until = null, ${changes} where ${fence(item)}
    returning settled_at is not null as settled`);
  const row = rows[0];
  if (row === undefined) return "lost";
  if (row.settled) return "settled";
  return settlement.kind === "done" || settlement.kind === "dead" ? "again" : "waiting";
}

/** Gives back items whose handler has not begun, as if they had not been claimed. */
export async function release(db: Db, items: readonly ClaimedItem[]): Promise<void> {
  if (items.length === 0) return;
  const claimed = items.map((item) => sql`(${fence(item)})`);
  await db.execute(
    sql`update outbox set leased_until = null, attempts = attempts - 1 where ${sql.join(claimed, sql` or `)}`,
  );
}

/** In how many milliseconds the next open item can be claimed: 0 is now, null is never. */
export async function nextDue(db: Db): Promise<number | null> {
  const rows = await db.execute<{ ms: number | null }>(sql`
    select greatest(0, ceil(extract(epoch from least(
      (select min(available_at) from outbox where settled_at is null and leased_until is null),
      (select min(greatest(available_at, leased_until)) from outbox where settled_at is null and leased_until is not null)
    ) - now()) * 1000))::float8 as ms
    from (select 1) as once
    where exists (select from outbox where settled_at is null)`);
  return rows[0]?.ms ?? null;
}

/** How many items are open, of all organizations; for tests and for the operations engineer. */
export async function countOpen(db: Db): Promise<number> {
  return db.$count(outbox, isNull(outbox.settledAt));
}

type ClaimedRow = {
  organization_id: string;
  id: string;
  kind: string;
  key: string;
  payload: unknown;
  revision: number;
  priority: number;
  attempts: number;
  in_doubt: boolean;
  reason: string | null;
  created_at: string;
  leased_until: string;
};

function toItem(row: ClaimedRow): ClaimedItem {
  return {
    organizationId: row.organization_id,
    id: Number(row.id),
    kind: row.kind,
    key: row.key,
    payload: row.payload,
    revision: row.revision,
    priority: row.priority,
    attempts: row.attempts,
    inDoubt: row.in_doubt,
    reason: row.reason,
    createdAt: new Date(row.created_at),
    leasedUntil: row.leased_until,
  };
}

/** The column keeps milliseconds; rounded up, "now" would lie in the future for the claim that follows at once. */
const atOnce = sql`date_trunc('milliseconds', now())`;

/**
 * One parameter for all items, whatever their number. Sorted by key, so that two transactions that add the same items
 * wait for each other instead of deadlocking; of two with one key the last counts, as one statement cannot change a
 * row twice.
 */
function insertItems(items: readonly NewItem[]): SQL {
  const byKey = new Map(items.map((item) => [JSON.stringify([item.organizationId, item.key]), item]));
  const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  return sql`
    insert into outbox (organization_id, kind, key, payload, available_at, priority, request_number, recipient_id)
    select i."organizationId", i.kind, i.key, coalesce(i.payload, 'null'),
      ${atOnce} + coalesce(i."afterMs", 0) * interval '1 millisecond',
      coalesce(i.priority, 0), i."requestNumber", i."recipientId"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as i("organizationId" text, kind text, key text, payload jsonb, "afterMs" float8,
        priority int2, "requestNumber" int, "recipientId" text)`;
}

function changesOf(settlement: Settlement, item: ClaimedItem): SQL {
  if (settlement.kind === "retry") return retry(settlement);
  if (settlement.kind === "postponed") return postponed(settlement);
  return settlement.kind === "later" ? later(settlement) : end(settlement, item);
}

function later({ afterMs }: Extract<Settlement, { kind: "later" }>): SQL {
  return sql`available_at = ${atOnce} + ${milliseconds(afterMs)}, attempts = 0, in_doubt = false, reason = null`;
}

/** Its priority is asked now: a change that somebody waits for may have come during the attempt. */
function postponed({ afterMs, reason, behindMs = 0 }: Extract<Settlement, { kind: "postponed" }>): SQL {
  return sql`
    available_at = ${atOnce} + ${milliseconds(afterMs)}
      + case when priority > 0 then ${milliseconds(behindMs)} else interval '0' end,
    attempts = attempts - 1,
    reason = ${reason}`;
}

function retry(settlement: Extract<Settlement, { kind: "retry" }>): SQL {
  return sql`
    available_at = ${atOnce} + ${milliseconds(settlement.afterMs)},
    in_doubt = in_doubt or ${settlement.inDoubt}::boolean,
    reason = ${settlement.reason}`;
}

/** Settles, unless the revision moved on: then the item starts afresh, however the attempt ended. */
function end(settlement: Extract<Settlement, { kind: "done" | "dead" }>, item: ClaimedItem): SQL {
  const unchanged = sql`revision = ${item.revision}`;
  const done = settlement.kind === "done";
  return sql`
    settled_at = case when ${unchanged} then now() end,
    outcome = case when ${unchanged} then ${settlement.kind}::text end,
    reason = case when ${unchanged} then ${settlement.reason ?? null}::text end,
    in_doubt = in_doubt and not ${done}::boolean,
    attempts = case when ${unchanged} then attempts else 0 end,
    available_at = case when ${unchanged} then available_at else ${atOnce} end`;
}

/** The attempt alone is no fence: it starts at 1 again when a key is opened again. */
function fence(item: ClaimedItem): SQL {
  return sql`organization_id = ${item.organizationId} and id = ${item.id}
    and attempts = ${item.attempts} and leased_until = ${item.leasedUntil}::timestamptz`;
}

function milliseconds(ms: number): SQL {
  return sql`${ms}::float8 * interval '1 millisecond'`;
}
