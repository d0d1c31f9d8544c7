import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";

export type MemberView = members.Member;

export function getMember(db: Db, organizationId: string, id: string): Promise<MemberView | undefined> {
  return members.find(db, organizationId, id);
}
