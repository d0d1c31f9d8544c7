import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";

/** Returns the active member with this email address; undefined if there is none or more than one. */
export async function getMemberByEmail(
  db: Db,
  organizationId: string,
  address: string,
): Promise<members.Member | undefined> {
  const [first, ...others] = await members.listByEmail(db, organizationId, [address.toLowerCase()]);
  return others.length === 0 ? first : undefined;
}
