import * as warnings from "../../../db/delivery/warnings.ts";
import * as roles from "../../../db/people/roles.ts";
import { groupSubject } from "../../domain/workflow/shortage.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { type Context, transact } from "../shared/context.ts";

/**
 * A user group that roles are bound to was disabled or deleted in Slack. The roles keep the people that they have, who
 * were chosen for it, and the admins are told once: dropping everybody would leave requests that nobody can decide.
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
