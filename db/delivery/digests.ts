import { and, eq, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { auditLog, changeDigests } from "../schema/index.ts";

/** How far the admins have been told about changes of settings. */
export type DigestProgress = { throughId: number; sentAt: Date };

const lockKey = (organizationId: string) => sql`hashtext('digests'), hashtext(${organizationId})`;

/**
 * Announces a change that a digest must cover; call it before the change is appended to the audit log. Until the
 * transaction ends, `tryLock` fails: otherwise a digest could pass over an entry that is not committed yet.
 *
 * @returns how far the admins have been told
 */
export async function announceChange(tx: Tx, organizationId: string): Promise<DigestProgress> {
  await tx.execute(sql`select pg_advisory_xact_lock_shared(${lockKey(organizationId)})`);
  // What was changed before the first announcement is not news.
  const throughId = sql`(select coalesce(max(id), 0) from ${auditLog} where organization_id = ${organizationId})`;
  await tx
    .insert(changeDigests)
    .values({ organizationId, throughId, sentAt: new Date(0) })
    .onConflictDoNothing();
  const progress = await findProgress(tx, organizationId);
  if (progress === undefined) throw new Error("The digest's progress was not stored");
  return progress;
}

/** Locks an organization's digests until the transaction ends. Returns false if a change is being made right now. */
export async function tryLock(tx: Tx, organizationId: string): Promise<boolean> {
  const [row] = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(${lockKey(organizationId)}) as locked`,
  );
  return row?.locked === true;
}

export async function findProgress(db: Db | Tx, organizationId: string): Promise<DigestProgress | undefined> {
  const [row] = await db
    .select({ throughId: changeDigests.throughId, sentAt: changeDigests.sentAt })
    .from(changeDigests)
    .where(eq(changeDigests.organizationId, organizationId));
  return row;
}

export async function saveProgress(tx: Tx, organizationId: string, progress: DigestProgress): Promise<void> {
  await tx
    .update(changeDigests)
    .set(progress)
    .where(and(eq(changeDigests.organizationId, organizationId)));
}
