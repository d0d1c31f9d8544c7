import * as warnings from "../../../db/delivery/warnings.ts";
import * as roles from "../../../db/people/roles.ts";
import { groupSubject } from "../../domain/workflow/shortage.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * Tells the admins once that a user group with bound roles was disabled or deleted in Slack. The roles keep their
 * holders: removing all of them could leave requests without reviewers.
 */
export async function warnGroupGone(
  context: Context,
  organizationId: string,
  groupId: string,
): Promise<void> {
  await transact(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const bound = await roles.listBound(tx, organizationId, groupId);
    const told = await warnings.list(tx, organizationId);
    const subject = groupSubject(groupId);
    if (bound.length > 0 && !told.includes(subject)) await tellAdmins(tx, organizationId, [subject], now);
  });
}
