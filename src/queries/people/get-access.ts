import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import type { NotFullMember } from "../../domain/shared/refusals.ts";

/** Why a person sees nothing of the organization, and the admins to ask. */
export type NoAccess = { why: NotFullMember; admins: Person[] };

/**
 * Returns null for an active full member. Everybody else sees nothing of the organization (R13). A person whom Slack has
 * not described may be a guest, and counts as one.
 */
export async function getNoAccess(
  db: Db,
  organizationId: string,
  memberId: MemberId,
): Promise<NoAccess | null> {
  const status = (await members.find(db, organizationId, memberId))?.status ?? "unknown";
  if (status === "active") return null;
  const admins = await members.listAdmins(db, organizationId);
  return { why: status, admins: admins.map(({ id, name }) => ({ id, name })) };
}
