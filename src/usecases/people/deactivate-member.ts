import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type Context, transact } from "../shared/context.ts";
import { type SlackRead, storeMembers } from "./save-members.ts";

/** Stores that a member left the workspace, or no longer exists in Slack. */
export async function deactivateMember(
  context: Context,
  organizationId: string,
  memberId: MemberId,
  read: SlackRead,
): Promise<void> {
  await transact(context, (tx) => deactivate(tx, organizationId, memberId, read));
}

/** Does the work of `deactivateMember` inside a transaction. Ignores people who are not stored. */
export async function deactivate(
  tx: Tx,
  organizationId: string,
  memberId: MemberId,
  read: SlackRead,
): Promise<void> {
  const member = await members.find(tx, organizationId, memberId);
  if (member === undefined) return;
  const { refreshedAt: _earlier, ...person } = member;
  const deactivated = { ...person, status: "deactivated" as const, workspaceRole: null };
  await storeMembers(tx, organizationId, [deactivated], read);
}
