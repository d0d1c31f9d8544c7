import type { Db } from "../../../db/connection/connect.ts";
import { listEverybodyByEmail } from "../../../db/people/members.ts";
import type { MemberId, MemberStatus } from "../../domain/people/people.ts";

/** Returns whoever had this email address when Slack last described them, active or not; undefined for nobody. */
export async function findKnownPerson(
  db: Db,
  organizationId: string,
  address: string,
): Promise<{ id: MemberId; name: string; status: MemberStatus } | undefined> {
  const [person] = await listEverybodyByEmail(db, organizationId, address.toLowerCase());
  return person;
}
