import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type ItemToAdd, reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { deactivate } from "./deactivate-member.ts";

/**
 * Has somebody read anew from Slack. The same news twice is one item, so an event that comes again changes nothing.
 *
 * @param news.matters whether to do so for somebody whom we never met, too
 * @param news.left Slack says that they were deactivated: that holds at once
 */
export async function planMemberRefresh(
  context: Context,
  organizationId: string,
  userId: MemberId,
  news: { matters: boolean; left: boolean },
): Promise<void> {
  await transact(context, async (tx, now) => {
    const known = await members.find(tx, organizationId, userId);
    if (known === undefined && !news.matters) return;
    if (known !== undefined && news.left) {
      // Another replica's clock may be ahead: whoever left is out, whatever it noted.
      const asOf = new Date(Math.max(now.getTime(), known.refreshedAt.getTime()));
      await deactivate(tx, organizationId, userId, { surface: "slack", asOf });
    }
    await reopenItems(tx, [refreshItem(organizationId, userId)]);
  });
}

export function refreshItem(organizationId: string, userId: MemberId): ItemToAdd {
  return { organizationId, kind: "refresh-member", payload: { userId } };
}

/** Has a user group read anew from Slack, if a role is bound to it. */
export async function planGroupSync(
  context: Context,
  organizationId: string,
  groupId: string,
): Promise<void> {
  await transact(context, async (tx) => {
    const bound = await roles.listBound(tx, organizationId, groupId);
    if (bound.length === 0) return;
    await reopenItems(tx, [{ organizationId, kind: "sync-group", payload: { groupId } }]);
  });
}
