import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as organizations from "../../../db/people/organizations.ts";
import type { Person } from "../../domain/people/people.ts";

/** A person and their organization. */
export type FoundMember = { organization: { id: string; name: string }; person: Person };

/** Returns the active members with this email address in any case, one for each organization. */
export async function findMember(db: Db, email: string): Promise<FoundMember[]> {
  const found: FoundMember[] = [];
  for (const { id, name } of await organizations.list(db)) {
    const [member] = await members.listByEmail(db, id, [email.trim().toLowerCase()]);
    if (member === undefined) continue;
    found.push({ organization: { id, name }, person: { id: member.id, name: member.name } });
  }
  return found;
}
