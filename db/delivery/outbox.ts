import { isNull, type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox } from "../schema/outbox.ts";

/** Work for after the commit. */
export type NewItem = {
  organizationId: string;
  /** Selects the handler. */
  kind: string;
  /** One item per organization and key. */
  key: string;
  /** JSON. It refers to other rows by ID. */
  payload: unknown;
  /** How long it waits until it is due, in milliseconds. Changes for the same key meanwhile share one run. */
  afterMs?: number;
  /** Lower numbers go first. 0: somebody is waiting for it. 1: it only follows another change. Default: 0. */
  priority?: 0 | 1;
  /** The request it is about and its recipient, for the list of the request's deliveries. */
  requestNumber?: number;
  recipientId?: string;
};

/** An item that one worker holds until its lease ends. */
export type ClaimedItem = Omit<NewItem, "afterMs" | "priority" | "requestNumber" | "recipientId"> & {
  id: number;
  priority: number;
  revision: number;
  /** The number of this attempt, from 1. */
  attempts: number;
  /** An earlier attempt may have sent it: check with the provider before sending again. */
  inDoubt: boolean;
  /** Why the last attempt did not finish it. */
  reason: string | null;
  /** When it was added, or reopened, by the database's clock. */
  createdAt: Date;
  /** Identifies this claim, as the database formats it. `settle` checks it. */
  leasedUntil: string;
};

/** Adds items in one statement. A key that was ever added in the same organization is left alone. */
export async function add(tx: Tx | Db, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  await tx.execute(sql`${insertItems(items)} on conflict (organization_id, key) do nothing`);
}

/**
 * Adds items in one statement. An existing key gets the new payload and a higher revision. If it was settled, it is
 * reopened like a new item. If it is waiting or claimed, it keeps its time and lease; the worker sees the new revision
 * and runs again. So each key has one open item and one worker, and no change is lost. An urgent change also makes a
 * waiting item of lower priority urgent.
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
 * Claims up to `limit` due items for `leaseMs` milliseconds, by priority, then oldest first. An item whose lease ran out
 * was held by a worker that died: it is claimed in doubt.
 *
 * @param options.among which kinds to claim: all but these, or only these; without it, all
 * @param options.now replaces the database's clock in tests
 */
export async function claim(
  db: Db,
  options: { limit: number; leaseMs: number; among?: KindFilter; now?: Date },
): Promise<ClaimedItem[]> {
  const now = options.now === undefined ? sql`now()` : sql`${options.now.toISOString()}::timestamptz`;
  // A materialized CTE, because the planner may run a subquery twice and then lock more than `limit` rows.
  const rows = await db.execute<ClaimedRow>(sql`
    with due as materialized (
      select organization_id, id, leased_until is not null as abandoned
      from outbox
      where settled_at is null and available_at <= ${now} and (leased_until is null or leased_until <= ${now})
        ${ofKinds(options.among)}
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

export type KindFilter = { except: readonly string[] } | { only: readonly string[] };

function ofKinds(filter: KindFilter | undefined): SQL {
  if (filter === undefined) return sql``;
  const kinds = "except" in filter ? filter.except : filter.only;
  if (kinds.length === 0) return "except" in filter ? sql`` : sql`and false`;
  const list = sql.join(
    kinds.map((kind) => sql`${kind}`),
    sql`, `,
  );
  return "except" in filter ? sql`and kind not in (${list})` : sql`and kind in (${list})`;
}

/** Returns items whose handlers have not started, as if they had not been claimed. */
export async function release(db: Db, items: readonly ClaimedItem[]): Promise<void> {
  if (items.length === 0) return;
  const claimed = items.map((item) => sql`(${sameClaim(item)})`);
  await db.execute(
    sql`update outbox set leased_until = null, attempts = attempts - 1 where ${sql.join(claimed, sql` or `)}`,
  );
}

/** Returns the time until the next open item can be claimed, in milliseconds. 0 is now; null means there is none. */
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

/** Returns the number of open items of all organizations, for tests. */
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

/** Truncated, because the column keeps milliseconds: rounded up, it would be in the future for the next claim. */
export const currentTime = sql`date_trunc('milliseconds', now())`;

/**
 * Passes all items in one parameter. Sorts them by key, so that transactions with the same items do not deadlock. Of two
 * items with one key the last counts, because a statement cannot change a row twice.
 */
function insertItems(items: readonly NewItem[]): SQL {
  const byKey = new Map(items.map((item) => [JSON.stringify([item.organizationId, item.key]), item]));
  const rows = [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
  return sql`
    insert into outbox (organization_id, kind, key, payload, available_at, priority, request_number, recipient_id)
    select i."organizationId", i.kind, i.key, coalesce(i.payload, 'null'),
      ${currentTime} + coalesce(i."afterMs", 0) * interval '1 millisecond',
      coalesce(i.priority, 0), i."requestNumber", i."recipientId"
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as i("organizationId" text, kind text, key text, payload jsonb, "afterMs" float8,
        priority int2, "requestNumber" int, "recipientId" text)`;
}

/** Matches the claimed item only during this claim. The attempt alone is not enough: reopening starts it at 1 again. */
export function sameClaim(item: ClaimedItem): SQL {
  return sql`organization_id = ${item.organizationId} and id = ${item.id}
    and attempts = ${item.attempts} and leased_until = ${item.leasedUntil}::timestamptz`;
}

/** Returns an interval. */
export function milliseconds(ms: number): SQL {
  return sql`${ms}::float8 * interval '1 millisecond'`;
}
