import { and, asc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Db, Tx } from "./connect.ts";
import { outbox } from "./schema/index.ts";

export type NewItem = { organizationId: string; kind: string; key: string; payload: unknown };

export type ClaimedItem = NewItem & {
  id: number;
  revision: number;
  /** Tries so far, this one included. It fences the settling: a later claim has a higher number. */
  attempts: number;
  /** An earlier try may have reached the far end. */
  inDoubt: boolean;
};

export type Settlement =
  | { kind: "done" }
  | { kind: "retry"; afterMs: number; reason: string; inDoubt: boolean }
  | { kind: "dead"; reason: string };

/** Adds work to be done once: an item whose key was ever added is left as it is. */
export async function add(tx: Tx | Db, items: readonly NewItem[]): Promise<void> {
  if (items.length > 0)
    await tx
      .insert(outbox)
      .values([...items])
      .onConflictDoNothing();
}

/**
 * Adds work that may be asked for again: a settled item is opened anew; one that waits or is being worked on is marked,
 * so that it is done once more after what is under way.
 */
export async function addOrReopen(tx: Tx | Db, items: readonly NewItem[]): Promise<void> {
  if (items.length === 0) return;
  const settled = sql`${outbox.settledAt} is not null`;
  await tx
    .insert(outbox)
    .values([...items])
    .onConflictDoUpdate({
      target: [outbox.organizationId, outbox.key],
      set: {
        payload: sql`excluded.payload`,
        revision: sql`${outbox.revision} + 1`,
        attempts: sql`case when ${settled} then 0 else ${outbox.attempts} end`,
        availableAt: sql`case when ${settled} then now() else ${outbox.availableAt} end`,
        inDoubt: sql`case when ${settled} then false else ${outbox.inDoubt} end`,
        settledAt: null,
        outcome: null,
        reason: sql`case when ${settled} then null else ${outbox.reason} end`,
      },
    });
}

/**
 * Takes due items under a lease; other workers pass over them until it ends. An item whose lease ran out was being
 * worked on by a process that died: it comes back in doubt.
 *
 * @param leaseMs longer than any send takes, in milliseconds
 */
export async function claim(db: Db, limit: number, leaseMs: number): Promise<ClaimedItem[]> {
  return db.transaction(async (tx) => {
    const rows = await tx.execute<Record<string, unknown>>(sql`
      update outbox o set leased_until = now() + ${leaseMs} * interval '1 millisecond', attempts = o.attempts + 1,
        in_doubt = o.in_doubt or o.leased_until is not null
      from (
        select organization_id, id from outbox
        where settled_at is null and available_at <= now() and (leased_until is null or leased_until < now())
        order by available_at limit ${limit} for update skip locked
      ) due
      where o.organization_id = due.organization_id and o.id = due.id
      returning o.organization_id, o.id::int8::text as id, o.kind, o.key, o.payload, o.revision, o.attempts, o.in_doubt`);
    return [...rows].map((row) => ({
      organizationId: row.organization_id as string,
      id: Number(row.id),
      kind: row.kind as string,
      key: row.key as string,
      payload: row.payload,
      revision: row.revision as number,
      attempts: row.attempts as number,
      inDoubt: row.in_doubt as boolean,
    }));
  });
}

const claimed = (item: ClaimedItem) =>
  and(
    eq(outbox.organizationId, item.organizationId),
    eq(outbox.id, item.id),
    eq(outbox.attempts, item.attempts),
    isNotNull(outbox.leasedUntil),
    isNull(outbox.settledAt),
  );

/**
 * Settles one claimed item, unless somebody else claimed it since. Work that was asked for again meanwhile is done
 * again at once instead of being closed.
 *
 * @returns whether the claim still held
 */
export async function settle(db: Db | Tx, item: ClaimedItem, settlement: Settlement): Promise<boolean> {
  const rows = await db.update(outbox).set(settledColumns(item, settlement)).where(claimed(item)).returning({
    id: outbox.id,
  });
  return rows.length > 0;
}

function settledColumns(item: ClaimedItem, settlement: Settlement) {
  if (settlement.kind === "retry") {
    return {
      leasedUntil: null,
      availableAt: sql`now() + ${settlement.afterMs} * interval '1 millisecond'`,
      reason: settlement.reason,
      inDoubt: settlement.inDoubt,
    };
  }
  const again = sql`${outbox.revision} <> ${item.revision}`;
  return {
    leasedUntil: null,
    settledAt: sql`case when ${again} then null else now() end`,
    outcome: sql`case when ${again} then null else ${settlement.kind} end`,
    reason: settlement.kind === "dead" ? settlement.reason : null,
    attempts: sql`case when ${again} then 0 else ${outbox.attempts} end`,
    availableAt: sql`case when ${again} then now() else ${outbox.availableAt} end`,
    inDoubt: false,
  };
}

/** Gives a claimed item back untouched: nothing was sent. */
export async function release(db: Db, item: ClaimedItem): Promise<void> {
  await db
    .update(outbox)
    .set({ leasedUntil: null, attempts: item.attempts - 1 })
    .where(claimed(item));
}

/** In how many milliseconds the next open item is due, 0 for one that is overdue; null where none is open. */
export async function nextDue(db: Db): Promise<number | null> {
  const due = sql<string>`greatest(${outbox.availableAt}, coalesce(${outbox.leasedUntil}, ${outbox.availableAt}))`;
  const [row] = await db
    .select({ ms: sql<string>`ceil(extract(epoch from (${due} - now())) * 1000)` })
    .from(outbox)
    .where(isNull(outbox.settledAt))
    .orderBy(asc(due))
    .limit(1);
  return row === undefined ? null : Math.max(0, Number(row.ms));
}

/** How many items are open; for tests and for the operations engineer. */
export async function countOpen(db: Db): Promise<number> {
  return db.$count(outbox, isNull(outbox.settledAt));
}
