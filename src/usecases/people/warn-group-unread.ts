import * as warnings from "../../../db/delivery/warnings.ts";
import * as roles from "../../../db/people/roles.ts";
import { toldSubject, unreadSubject } from "../../domain/delivery/outages.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { type Context, transact } from "../shared/context.ts";

/** Tells the admins once that a user group with bound roles keeps failing to be read. The roles keep their holders. */
export async function warnGroupUnread(
  context: Context,
  organizationId: string,
  groupId: string,
  reason: string,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const bound = await roles.listBound(tx, organizationId, groupId);
    if (bound.length === 0) return;
    const subject = unreadSubject(groupId);
    const fresh = await warnings.addRefused(tx, organizationId, { subject, reason, at: now });
    if (fresh) await tellAdmins(tx, organizationId, [toldSubject(subject)], now);
  });
}
