import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept } from "../../domain/shared/result.ts";
import { type Context, commit } from "../shared/context.ts";
import { type Heard, storeMembers } from "./save-members.ts";

/** Somebody left the workspace, or Slack knows them no longer: from now on they are deactivated. */
export async function deactivateMember(
  context: Context,
  organizationId: string,
  memberId: MemberId,
  heard: Heard,
): Promise<void> {
  await commit(context, async (tx) => {
    await deactivate(tx, organizationId, memberId, heard);
    return accept(null);
  });
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
  const left = { ...person, standing: "deactivated" as const, workspaceRole: null };
  await storeMembers(tx, organizationId, [left], heard);
}
