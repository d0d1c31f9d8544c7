import { and, eq, inArray, isNull, lt, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { apiAnswers } from "../schema/index.ts";

/** A call under its key. */
export type KeyedCall = { organizationId: string; tokenId: string; key: string; digest: string };

/**
 * What is known under a key. Without a status the call has not been answered: `body` is then null while it is at work,
 * and what its change left behind once that was committed.
 */
export type StoredAnswer = { digest: string; status: number | null; body: unknown };

const of = ({ organizationId, tokenId, key }: Omit<KeyedCall, "digest">) =>
  and(
    eq(apiAnswers.organizationId, organizationId),
    eq(apiAnswers.tokenId, tokenId),
    eq(apiAnswers.key, key),
  );

/**
 * Takes a key for a call, unless another call has it: one whose answer is kept since `keptFrom`, or one that is at work
 * since `atWorkFrom`. One that changed something is never at work again, however long its answer is missing.
 *
 * @returns whether it is this call's now
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

/** What is known under a key. */
export async function find(db: Db, call: KeyedCall): Promise<StoredAnswer | undefined> {
  const [row] = await db
    .select({ digest: apiAnswers.digest, status: apiAnswers.status, body: apiAnswers.body })
    .from(apiAnswers)
    .where(of(call));
  return row;
}

/** Only the call that took the key at this moment writes it: another one may have taken it since. */
const taken = (call: KeyedCall, at: Date) =>
  and(of(call), eq(apiAnswers.createdAt, at), isNull(apiAnswers.status));

/** Keeps a call's answer. */
export async function keep(
  db: Db,
  call: KeyedCall,
  takenAt: Date,
  answer: { status: number; body: unknown },
): Promise<void> {
  await db.update(apiAnswers).set(answer).where(taken(call, takenAt));
}

/**
 * Writes down, in the transaction of a call's change, that it is done.
 *
 * @param left what the change left behind, as JSON
 * @returns false where the key is not this call's any more
 */
export async function noteDone(tx: Tx, call: KeyedCall, takenAt: Date, left: unknown): Promise<boolean> {
  const rows = await tx
    .update(apiAnswers)
    .set({ body: left })
    .where(taken(call, takenAt))
    .returning({ key: apiAnswers.key });
  return rows.length > 0;
}

/** Gives a key back, unless its call changed something. */
export async function release(db: Db, call: KeyedCall, takenAt: Date): Promise<void> {
  await db.delete(apiAnswers).where(and(taken(call, takenAt), isNull(apiAnswers.body)));
}

/** Removes what an organization's calls were answered before a moment, at most so many. @returns how many */
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
