import { and, eq, inArray, sql } from "drizzle-orm";
import type { Holding, MemberFacts, MemberId, Standing } from "../src/domain/people.ts";
import type { Db, Tx } from "./connect.ts";
import { members, roleHoldings, roles } from "./schema/index.ts";

export type Member = {
  organizationId: string;
  id: MemberId;
  name: string;
  email: string | null;
  timeZone: string;
  standing: Standing;
  refreshedAt: Date;
};

/** Stores people as Slack described them just now. */
export async function save(db: Db | Tx, people: readonly Member[]): Promise<void> {
  if (people.length === 0) return;
  await db
    .insert(members)
    .values([...people])
    .onConflictDoUpdate({
      target: [members.organizationId, members.id],
      set: {
        name: sql`excluded.name`,
        email: sql`excluded.email`,
        timeZone: sql`excluded.time_zone`,
        standing: sql`excluded.standing`,
        refreshedAt: sql`excluded.refreshed_at`,
      },
    });
}

export async function find(db: Db | Tx, organizationId: string, id: MemberId): Promise<Member | undefined> {
  const [row] = await db
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), eq(members.id, id)));
  return row;
}

/** These people by id; unknown ones are left out. */
export async function findMany(
  db: Db | Tx,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<Map<MemberId, Member>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), inArray(members.id, [...new Set(ids)])));
  return new Map(rows.map((row) => [row.id, row]));
}

/** What the rules ask about one member, as of now; undefined for somebody we have never seen. */
export async function facts(
  db: Db | Tx,
  organizationId: string,
  id: MemberId,
): Promise<(MemberFacts & { admin: boolean }) | undefined> {
  const rows = await db
    .select({
      standing: members.standing,
      roleId: roleHoldings.roleId,
      projectId: roleHoldings.projectId,
      admin: roles.admin,
    })
    .from(members)
    .leftJoin(
      roleHoldings,
      and(eq(roleHoldings.organizationId, members.organizationId), eq(roleHoldings.memberId, members.id)),
    )
    .leftJoin(roles, and(eq(roles.organizationId, members.organizationId), eq(roles.id, roleHoldings.roleId)))
    .where(and(eq(members.organizationId, organizationId), eq(members.id, id)));
  const [first] = rows;
  if (first === undefined) return undefined;
  const holdings: Holding[] = rows.flatMap((row) =>
    row.roleId === null ? [] : [{ roleId: row.roleId, projectId: row.projectId }],
  );
  const admin = first.standing === "active" && rows.some((row) => row.admin === true);
  return { id, standing: first.standing, holdings, admin };
}

/** Everyone who holds one of these roles, each with all their holdings of them, by name. */
export async function holders(
  db: Db | Tx,
  organizationId: string,
  roleIds: readonly string[],
): Promise<(Member & MemberFacts)[]> {
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
  const people = new Map<MemberId, Member & { holdings: Holding[] }>();
  for (const { member, roleId, projectId } of rows) {
    const known = people.get(member.id);
    if (known === undefined) people.set(member.id, { ...member, holdings: [{ roleId, projectId }] });
    else known.holdings.push({ roleId, projectId });
  }
  return [...people.values()];
}
