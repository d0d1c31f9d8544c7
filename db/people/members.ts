import { and, desc, eq, inArray, isNotNull, lt, ne, or, type SQL, sql } from "drizzle-orm";
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
  status: MemberStatus;
  workspaceRole: WorkspaceRole;
  refreshedAt: Date;
};

/** Stores people as Slack described them at `refreshedAt`. A newer description that is already stored stays. */
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
        status: sql`excluded.standing`,
        workspaceRole: sql`excluded.workspace_role`,
        refreshedAt: sql`excluded.refreshed_at`,
      },
      setWhere: sql`${members.refreshedAt} <= excluded.refreshed_at`,
    });
}

/** Locks these people until the transaction ends. Returns those that are stored, by ID. */
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

/** Returns the IDs of role holders and of these assignees who were last refreshed before `since`, without deactivated people. */
export async function listStale(
  db: Db | Tx,
  organizationId: string,
  since: Date,
  assigneeIds: readonly MemberId[],
): Promise<MemberId[]> {
  const holderIds = db
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
        ne(members.status, "deactivated"),
        or(inArray(members.id, holderIds), inArray(members.id, [...assigneeIds])),
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

/** Returns these people by ID, without those that are not stored. */
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

/**
 * Returns the active members with one of these email addresses, by name.
 *
 * @param addresses in lower case
 */
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
        eq(members.status, "active"),
        inArray(sql`lower(${members.email})`, [...addresses]),
      ),
    )
    .orderBy(members.name, members.id);
}

/**
 * Returns the active members and guests with one of these email addresses.
 *
 * @param addresses in lower case
 */
export async function listAddressHolders(
  db: Db | Tx,
  organizationId: string,
  addresses: readonly string[],
): Promise<MemberId[]> {
  if (addresses.length === 0) return [];
  const rows = await db
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        inArray(members.status, ["active", "guest"]),
        inArray(sql`lower(${members.email})`, [...addresses]),
      ),
    );
  return rows.map((row) => row.id);
}

/** Returns everybody with this email address, active or not, the last read first. @param address in lower case */
export async function listEverybodyByEmail(
  db: Db | Tx,
  organizationId: string,
  address: string,
): Promise<Member[]> {
  return db
    .select()
    .from(members)
    .where(and(eq(members.organizationId, organizationId), eq(sql`lower(${members.email})`, address)))
    .orderBy(desc(members.refreshedAt));
}

/** Returns what the rules ask about a member, read in one statement; undefined for somebody who is not stored. */
export async function findFacts(
  db: Db | Tx,
  organizationId: string,
  id: MemberId,
): Promise<(MemberFacts & AdminFacts) | undefined> {
  const rows = await db
    .select({
      status: members.status,
      workspaceRole: members.workspaceRole,
      admins: adminHolders(organizationId),
      roleId: roleHoldings.roleId,
      projectId: roleHoldings.projectId,
      isAdminRole: roles.admin,
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
  const { status, workspaceRole, admins } = first;
  const holdings: Holding[] = rows.flatMap(({ roleId, projectId }) =>
    roleId === null ? [] : [{ roleId, projectId }],
  );
  const holdsAdmin = rows.some(({ isAdminRole }) => isAdminRole === true);
  return { id, status, holdings, workspaceRole, holdsAdmin, admins };
}

/** Whether the Admin role is held by nobody, only by people who are not active, or by an active member. */
function adminHolders(organizationId: string): SQL<AdminFacts["admins"]> {
  return sql<AdminFacts["admins"]>`(
    select case when bool_or(m.standing = 'active') then 'some' when count(*) > 0 then 'gone' else 'none' end
    from roles r join role_holdings h on h.organization_id = r.organization_id and h.role_id = r.id
      join members m on m.organization_id = h.organization_id and m.id = h.member_id
    where r.organization_id = ${organizationId} and r.admin)`;
}

/** Returns the admins, by name. */
export async function listAdmins(db: Db | Tx, organizationId: string): Promise<(Member & AdminFacts)[]> {
  return (await listAdminCandidates(db, organizationId)).filter(isAdmin);
}

/** Returns the active members who might be admins, by name: holders of the Admin role and the workspace's owners and admins. */
async function listAdminCandidates(db: Db | Tx, organizationId: string): Promise<(Member & AdminFacts)[]> {
  // Drizzle leaves out the table of a column in the fields of a select from one table, so the names are written out.
  const holdsAdmin = sql<boolean>`exists (
    select from role_holdings h join roles r on r.organization_id = h.organization_id and r.id = h.role_id
    where h.organization_id = members.organization_id and h.member_id = members.id and r.admin)`;
  const rows = await db
    .select({
      member: members,
      admins: adminHolders(organizationId),
      holdsAdmin: holdsAdmin.as("holds_admin"),
    })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        eq(members.status, "active"),
        or(isNotNull(members.workspaceRole), holdsAdmin),
      ),
    )
    .orderBy(members.name, members.id);
  return rows.map(({ member, admins, holdsAdmin: holds }) => ({ ...member, admins, holdsAdmin: holds }));
}
