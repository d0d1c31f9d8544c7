import { and, eq, inArray, lt, ne, or, type SQL, sql } from "drizzle-orm";
import { type AdminFacts, isAdmin } from "../../src/domain/people/admin.ts";
import type {
  Holding,
  MemberFacts,
  MemberId,
  MemberStatus,
  WorkspaceRole,
} from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { members, roleHoldings, roles } from "../schema/index.ts";

export type Member = {
  organizationId: string;
  id: MemberId;
  name: string;
  email: string | null;
  timeZone: string;
  standing: MemberStatus;
  workspaceRole: WorkspaceRole;
  refreshedAt: Date;
};

/** Stores people as Slack described them at `refreshedAt`; what is known from later on stays. */
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
        workspaceRole: sql`excluded.workspace_role`,
        refreshedAt: sql`excluded.refreshed_at`,
      },
      setWhere: sql`${members.refreshedAt} <= excluded.refreshed_at`,
    });
}

/** Locks those of these people whom we know, until the transaction ends. */
export async function lockMany(
  tx: Tx,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<Map<MemberId, Member>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), inArray(members.id, [...new Set(ids)])))
    .orderBy(members.id)
    .for("update");
  return new Map(rows.map((row) => [row.id, row]));
}

/** Role holders, and these assignees, whom nothing was heard of since then, by id; those who left are not asked for. */
export async function listUnheard(
  db: Db | Tx,
  organizationId: string,
  since: Date,
  assigneeIds: readonly MemberId[],
): Promise<MemberId[]> {
  const holds = db
    .select({ id: roleHoldings.memberId })
    .from(roleHoldings)
    .where(eq(roleHoldings.organizationId, organizationId));
  const rows = await db
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        lt(members.refreshedAt, since),
        ne(members.standing, "deactivated"),
        or(inArray(members.id, holds), inArray(members.id, [...assigneeIds])),
      ),
    )
    .orderBy(members.id);
  return rows.map((row) => row.id);
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

/** Active members who have one of these email addresses, in lower case, by name. */
export async function listByEmail(
  db: Db | Tx,
  organizationId: string,
  addresses: readonly string[],
): Promise<Member[]> {
  if (addresses.length === 0) return [];
  return db
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        eq(members.standing, "active"),
        inArray(sql`lower(${members.email})`, [...addresses]),
      ),
    )
    .orderBy(members.name, members.id);
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
      workspaceRole: members.workspaceRole,
      admins: admins(organizationId),
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
  const { standing, workspaceRole } = first;
  const holdsAdmin = rows.some((row) => row.admin === true);
  const admin = isAdmin({ standing, workspaceRole, holdsAdmin, admins: first.admins });
  return { id, standing: first.standing, holdings, admin };
}

/** Who holds the Admin role: nobody, only people who left, or somebody active. */
function admins(organizationId: string): SQL<AdminFacts["admins"]> {
  return sql<AdminFacts["admins"]>`(
    select case when bool_or(m.standing = 'active') then 'some' when count(*) > 0 then 'gone' else 'none' end
    from roles r join role_holdings h on h.organization_id = r.organization_id and h.role_id = r.id
      join members m on m.organization_id = h.organization_id and m.id = h.member_id
    where r.organization_id = ${organizationId} and r.admin)`;
}

/** R13: everybody who runs Signoff now, by name. */
export async function listAdmins(db: Db | Tx, organizationId: string): Promise<Member[]> {
  const rows = await db
    .select({
      member: members,
      admins: admins(organizationId),
      holdsAdmin: sql<boolean>`exists (select from role_holdings h join roles r on r.organization_id = h.organization_id and r.id = h.role_id
        where h.organization_id = members.organization_id and h.member_id = members.id and r.admin)`,
    })
    .from(members)
    .where(and(eq(members.organizationId, organizationId), eq(members.standing, "active")))
    .orderBy(members.name, members.id);
  return rows.filter((row) => isAdmin({ ...row.member, ...row })).map((row) => row.member);
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
