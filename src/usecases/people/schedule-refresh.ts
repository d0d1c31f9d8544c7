import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { deactivate } from "./deactivate-member.ts";
import { groupItem, refreshItem } from "./refresh-items.ts";

/**
 * Plans to read a member from Slack again. A repeated event adds no second outbox item.
 *
 * @param event.readsUnknown whether to read somebody who is not stored yet, too
 * @param event.deactivated whether Slack reports that they were deactivated; takes effect immediately
 */
export async function scheduleMemberRefresh(
  context: Context,
  organizationId: string,
  userId: MemberId,
  event: { readsUnknown: boolean; deactivated: boolean },
): Promise<void> {
  await transact(context, async (tx, now) => {
    const stored = await members.find(tx, organizationId, userId);
    if (stored === undefined && !event.readsUnknown) return;
    if (stored !== undefined && event.deactivated) {
      // Another replica's clock may be ahead; the deactivation must still win over what it stored.
      const asOf = new Date(Math.max(now.getTime(), stored.refreshedAt.getTime()));
      await deactivate(tx, organizationId, userId, { surface: "slack", asOf });
    }
    await reopenItems(tx, [refreshItem(organizationId, userId)]);
  });
}

/** Plans to read a user group from Slack again, if a role is bound to it. */
export async function scheduleGroupSync(
  context: Context,
  organizationId: string,
  groupId: string,
): Promise<void> {
  await transact(context, async (tx) => {
    const bound = await roles.listBound(tx, organizationId, groupId);
    if (bound.length === 0) return;
    await reopenItems(tx, [groupItem(organizationId, groupId)]);
  });
}
