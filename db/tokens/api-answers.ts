import { and, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { apiAnswers } from "../schema/index.ts";

/** An API call with an idempotency key. `digest` covers the method, path, and body. */
export type KeyedCall = { organizationId: string; tokenId: string; key: string; digest: string };

/**
 * What is stored under a key. While the status is null, the call has no answer: `body` is null until its change is
 * committed, and then holds what the change left.
 */
export type StoredAnswer = { digest: string; status: number | null; body: unknown };

const withKey = ({ organizationId, tokenId, key }: Omit<KeyedCall, "digest">) =>
  and(
    eq(apiAnswers.organizationId, organizationId),
    eq(apiAnswers.tokenId, tokenId),
    eq(apiAnswers.key, key),
  );

/**
 * Takes a key for a call unless another call holds it. A key is free again if it was taken before `keptFrom`, or if it
 * was taken before `atWorkFrom` and its call has neither an answer nor a committed change.
 *
 * @returns whether this call holds the key now
 */
export async function take(
  db: Db,
  call: KeyedCall,
  now: Date,
  since: { keptFrom: Date; atWorkFrom: Date },
): Promise<boolean> {
  const rows = await db
    .insert(apiAnswers)
    .values({ ...call, createdAt: now })
    .onConflictDoUpdate({
      target: [apiAnswers.organizationId, apiAnswers.tokenId, apiAnswers.key],
      set: { digest: call.digest, status: null, body: null, createdAt: now },
      setWhere: sql`${apiAnswers.createdAt} < ${since.keptFrom.toISOString()}::timestamptz
        or (${apiAnswers.status} is null and ${apiAnswers.body} is null and ${apiAnswers.createdAt} < ${since.atWorkFrom.toISOString()}::timestamptz)`,
    })
    .returning({ key: apiAnswers.key });
  return rows.length > 0;
}

/** Returns what is stored under a key. */
export async function find(db: Db, call: KeyedCall): Promise<StoredAnswer | undefined> {
  const [row] = await db
    .select({ digest: apiAnswers.digest, status: apiAnswers.status, body: apiAnswers.body })
    .from(apiAnswers)
    .where(withKey(call));
  return row;
}

/** Matches the key only for the call that took it at this time, because another call may have taken it since. */
const heldSince = (call: KeyedCall, at: Date) =>
  and(withKey(call), eq(apiAnswers.createdAt, at), isNull(apiAnswers.status));

/** Stores a call's answer. */
export async function saveAnswer(
  db: Db,
  call: KeyedCall,
  takenAt: Date,
  answer: { status: number; body: unknown },
): Promise<void> {
  await db.update(apiAnswers).set(answer).where(heldSince(call, takenAt));
}

/**
 * Stores what a call's change left, as JSON, in the transaction of the change.
 *
 * @returns false if the call no longer holds the key
 */
export async function saveChange(tx: Tx, call: KeyedCall, takenAt: Date, left: unknown): Promise<boolean> {
  const rows = await tx
    .update(apiAnswers)
    .set({ body: left })
    .where(heldSince(call, takenAt))
    .returning({ key: apiAnswers.key });
  return rows.length > 0;
}

/** Releases a key unless its call has changed something. */
export async function release(db: Db, call: KeyedCall, takenAt: Date): Promise<void> {
  await db.delete(apiAnswers).where(and(heldSince(call, takenAt), isNull(apiAnswers.body)));
}

/** Deletes an organization's answers from before this time, at most `limit` of them. Returns how many. */
export async function removeOld(
  db: Db,
  organizationId: string,
  before: Date,
  limit: number,
): Promise<number> {
  const old = db
    .select({ at: sql`ctid` })
    .from(apiAnswers)
    .where(and(lt(apiAnswers.createdAt, before), eq(apiAnswers.organizationId, organizationId)))
    .limit(limit);
  const rows = await db.delete(apiAnswers).where(inArray(sql`ctid`, old)).returning({ key: apiAnswers.key });
  return rows.length;
}
