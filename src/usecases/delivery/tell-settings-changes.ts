import { randomUUID } from "node:crypto";
import { findLastChangeId } from "../../../db/audit/setting-changes.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as digests from "../../../db/delivery/digests.ts";
import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as members from "../../../db/people/members.ts";
import { remainingSpacingMs } from "../../domain/delivery/digest.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type DigestRange, warningKey } from "../../outbox/items.ts";
import { type Context, transact } from "../shared/context.ts";

/** How soon to look again, in milliseconds, while a change is being made, and while there is no admin to tell. */
const waitMs = { change: 5_000, admin: 600_000 };

/**
 * Sends each admin one message about the changes of settings that a token, a file, or the command line made since the
 * last one. If there are no admins, the changes stay untold.
 *
 * @returns how long to wait before this must run again, in milliseconds; null if all is told
 */
export async function tellSettingsChanges(
  context: Context,
  organizationId: string,
): Promise<{ againMs: number | null }> {
  return transact(context, async (tx, now) => {
    if (!(await digests.tryLock(tx, organizationId))) return { againMs: waitMs.change };
    const progress = await digests.findProgress(tx, organizationId);
    if (progress === undefined) return { againMs: null };
    const throughId = await findLastChangeId(tx, organizationId, progress.throughId);
    if (throughId === null) return { againMs: null };
    const spacing = remainingSpacingMs(progress.sentAt, now);
    if (spacing > 0) return { againMs: spacing };
    const told = await tell(tx, organizationId, { afterId: progress.throughId, throughId });
    if (!told) return { againMs: waitMs.admin };
    await digests.saveProgress(tx, organizationId, { throughId, sentAt: now });
    return { againMs: null };
  });
}

/** Adds a message for each admin. Returns whether there is any admin. */
async function tell(tx: Tx, organizationId: string, range: DigestRange): Promise<boolean> {
  const admins = await members.listAdmins(tx, organizationId);
  const warningId = randomUUID();
  const keys = admins.map(({ id }) => warningKey(warningId, id));
  await addItems(
    tx,
    admins.map(({ id: recipientId }) => ({
      ...{ organizationId, kind: "send-admin-message" as const, keyFacts: { warningId } },
      payload: { digest: "send" as const, recipientId, keys, ...range },
    })),
  );
  return admins.length > 0;
}

/**
 * Sends a digest again that no admin got.
 *
 * @returns how long to wait before this must run again, in milliseconds; null if it reached somebody or was sent again
 */
export async function checkDigest(
  context: Context,
  organizationId: string,
  { keys, afterId, throughId }: DigestRange & { keys: readonly string[] },
): Promise<{ againMs: number | null }> {
  return transact(context, async (tx) => {
    const outcomes = await outboxWaiting.outcomesOf(tx, organizationId, keys);
    if (outcomes.includes("done")) return { againMs: null };
    if (outcomes.includes(null)) return { againMs: waitMs.change };
    const told = await tell(tx, organizationId, { afterId, throughId });
    return { againMs: told ? null : waitMs.admin };
  });
}
