import { and, eq, inArray } from "drizzle-orm";
import type { Holding, MemberFacts, MemberId } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { members, roleHoldings } from "../schema/index.ts";
import { findMany, type Member } from "./members.ts";

export type RoleHolder = Member & MemberFacts;

/** Returns everyone who holds one of these roles, active or not, by name, each with all their holdings of the roles. */
export async function listRoleHolders(
  db: Db | Tx,
  organizationId: string,
  roleIds: readonly string[],
): Promise<RoleHolder[]> {
  if (roleIds.length === 0) return [];
  const rows = await db
    .select({ member: members, roleId: roleHoldings.roleId, projectId: roleHoldings.projectId })
    .from(roleHoldings)
    .innerJoin(
      members,
      and(eq(members.organizationId, roleHoldings.organizationId), eq(members.id, roleHoldings.memberId)),
    )
    .where(and(eq(roleHoldings.organizationId, organizationId), inArray(roleHoldings.roleId, [...roleIds])))
    .orderBy(members.name, members.id);
  const holders = new Map<MemberId, Member & { holdings: Holding[] }>();
  for (const { member, roleId, projectId } of rows) {
    const holder = holders.get(member.id);
    if (holder === undefined) holders.set(member.id, { ...member, holdings: [{ roleId, projectId }] });
    else holder.holdings.push({ roleId, projectId });
  }
  return [...holders.values()];
}

/** Returns everyone whom a workflow mentions: the holders of its roles by name, then assignees who hold none of them. */
export async function listReviewCandidates(
  db: Db | Tx,
  organizationId: string,
  workflow: { roleIds: readonly string[]; assigneeIds: readonly MemberId[] },
): Promise<RoleHolder[]> {
  const holders = await listRoleHolders(db, organizationId, workflow.roleIds);
  const holderIds = new Set(holders.map((member) => member.id));
  const otherIds = workflow.assigneeIds.filter((id) => !holderIds.has(id));
  const others = await findMany(db, organizationId, otherIds);
  return [...holders, ...[...others.values()].map((member) => ({ ...member, holdings: [] }))];
}
