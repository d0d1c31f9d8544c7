import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";

/** The Slack user group that a role is bound to; null where it is bound to none. */
export async function getGroupOf(db: Db, organizationId: string, roleId: string): Promise<string | null> {
  return (await roles.find(db, organizationId, roleId))?.groupId ?? null;
}

/** Whether a role is bound to this group. */
export async function isBound(db: Db, organizationId: string, groupId: string): Promise<boolean> {
  return (await roles.listBound(db, organizationId, groupId)).length > 0;
}

/** Who holds the roles that are bound to this group, as one text to compare: whether somebody wrote them meanwhile. */
export function getHoldingsFingerprint(db: Db, organizationId: string, groupId: string): Promise<string> {
  return roles.fingerprintHoldings(db, organizationId, groupId);
}

/** The bound group with the smallest id after this one; null: there is none. */
export function getNextGroup(db: Db, organizationId: string, after: string): Promise<string | null> {
  return roles.nextBoundGroup(db, organizationId, after);
}

/** Those of these people whom we never met. */
export async function listUnknown(
  db: Db,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<MemberId[]> {
  const known = await members.findMany(db, organizationId, ids);
  return ids.filter((id) => !known.has(id));
}
