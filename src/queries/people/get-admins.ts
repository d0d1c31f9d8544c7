import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";

/** Returns the admins of Signoff by name, and whether this person is one. */
export async function getAdmins(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
): Promise<{ isAdmin: boolean; admins: Person[] }> {
  const all = await members.listAdmins(db, organizationId);
  return {
    isAdmin: all.some(({ id }) => id === viewerId),
    admins: all.map(({ id, name }) => ({ id, name })),
  };
}
