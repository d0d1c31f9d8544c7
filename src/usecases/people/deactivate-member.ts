import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type Context, transact } from "../shared/context.ts";
import { type Heard, storeMembers } from "./save-members.ts";

/** Somebody left the workspace, or Slack knows them no longer: from now on they are deactivated. */
export async function deactivateMember(
  context: Context,
  organizationId: string,
  memberId: MemberId,
  heard: Heard,
): Promise<void> {
  await transact(context, (tx) => deactivate(tx, organizationId, memberId, heard));
}

/** The same inside a transaction. Whom we never met is left alone. */
export async function deactivate(
  tx: Tx,
  organizationId: string,
  memberId: MemberId,
  heard: Heard,
): Promise<void> {
  const member = await members.find(tx, organizationId, memberId);
  if (member === undefined) return;
  const { refreshedAt: _earlier, ...person } = member;
  const left = { ...person, status: "deactivated" as const, workspaceRole: null };
  await storeMembers(tx, organizationId, [left], heard);
}
