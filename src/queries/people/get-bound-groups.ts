import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";

/** Returns the Slack user group that a role is bound to; null if there is none. */
export async function getGroupOf(db: Db, organizationId: string, roleId: string): Promise<string | null> {
  return (await roles.find(db, organizationId, roleId))?.groupId ?? null;
}

/** Returns whether a role is bound to this group. */
export async function isBound(db: Db, organizationId: string, groupId: string): Promise<boolean> {
  return (await roles.listBound(db, organizationId, groupId)).length > 0;
}

/** Returns the holdings of the roles bound to this group as a text, to detect whether they change. */
export function getHoldingsFingerprint(db: Db, organizationId: string, groupId: string): Promise<string> {
  return roles.fingerprintHoldings(db, organizationId, groupId);
}

/** Returns the bound group with the smallest ID after this one; null if there is none. */
export function getNextGroup(db: Db, organizationId: string, after: string): Promise<string | null> {
  return roles.nextBoundGroup(db, organizationId, after);
}

/** Returns the people among these who are not stored. */
export async function listUnknown(
  db: Db,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<MemberId[]> {
  const stored = await members.findMany(db, organizationId, ids);
  return ids.filter((id) => !stored.has(id));
}
