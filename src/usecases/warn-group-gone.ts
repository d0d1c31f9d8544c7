import * as roles from "../../db/roles.ts";
import * as warnings from "../../db/warnings.ts";
import { accept } from "../domain/result.ts";
import { groupSubject } from "../domain/shortage.ts";
import { type Context, commit } from "./context.ts";
import { tellAdmins } from "./tell-admins.ts";

/**
 * A user group that roles are bound to was disabled or deleted in Slack. The roles keep the people that they have, who
 * were chosen for it, and the admins are told once: dropping everybody would leave requests that nobody can decide.
 */
export async function warnGroupGone(
  context: Context,
  organizationId: string,
  groupId: string,
): Promise<void> {
  await commit(context, async (tx, now) => {
    await warnings.lock(tx, organizationId);
    const bound = await roles.listBound(tx, organizationId, groupId);
    const told = await warnings.list(tx, organizationId);
    const subject = groupSubject(groupId);
    if (bound.length > 0 && !told.includes(subject)) await tellAdmins(tx, organizationId, [subject], now);
    return accept(null);
  });
}
