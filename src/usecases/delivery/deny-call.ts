import * as outboxWaiting from "../../../db/delivery/outbox-waiting.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { deniedCallOf, deniedSubject, toldSubject } from "../../domain/delivery/outages.ts";
import { type Context, transact } from "../shared/context.ts";
import { tellAdminsByEmail } from "./tell-admins.ts";

/** A method that Slack denies, and what it says. */
type Denied = { method: string; reason: string };

/** Records that Slack denies a method to the token, and tells the admins once by email: messages may be what it denies. */
export async function denyCall(
  context: Context,
  organizationId: string,
  { method, reason }: Denied,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const subject = deniedSubject(method);
    const fresh = await warnings.addRefused(tx, organizationId, { subject, reason, at: now });
    if (fresh) await tellAdminsByEmail(tx, organizationId, [toldSubject(subject)], now);
    else await warnings.updateRefused(tx, organizationId, { subject, reason, at: now });
  });
}

/**
 * Ends the denial that an item waited for, once Slack has accepted a call of the method again, and makes the others due at
 * once. An item that was settled without a call proves nothing.
 *
 * @param acceptedAt when Slack last accepted each method
 */
export async function allowCall(
  context: Context,
  organizationId: string,
  reason: string,
  acceptedAt: ReadonlyMap<string, Date>,
): Promise<void> {
  const refused = await warnings.listRefused(context.db, organizationId);
  const subjects = refused.flatMap(({ subject, reason: why, at }) => {
    const accepted = acceptedAt.get(deniedCallOf(subject) ?? "");
    return why === reason && accepted !== undefined && accepted >= at ? [subject] : [];
  });
  if (subjects.length === 0) return;
  await transact(context, async (tx) => {
    await warnings.lock(tx, organizationId);
    await warnings.remove(tx, organizationId, [...subjects, ...subjects.map(toldSubject)]);
    await outboxWaiting.makeDue(tx, organizationId, reason);
  });
}

/** Makes the items that wait for a denied method due at once: after a start, the token may be a new one. */
export async function retryDeniedCalls(context: Context, organizationId: string): Promise<void> {
  await transact(context, async (tx) => {
    for (const { subject, reason } of await warnings.listRefused(tx, organizationId)) {
      if (deniedCallOf(subject) !== null) await outboxWaiting.makeDue(tx, organizationId, reason);
    }
  });
}
