import { and, asc, count, countDistinct, eq, gt, inArray, isNotNull, min, sql } from "drizzle-orm";
import type { Holding, MemberId } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { projects, requesterRoles, roleHoldings, roles } from "../schema/index.ts";

export type Role = {
  organizationId: string;
  id: string;
  name: string;
  admin: boolean;
  /** The Slack user group that the role is bound to; null for none. */
  groupId: string | null;
  /** The projects for which the bound group's members hold the role; null for the whole organization. */
  groupProjectIds: string[] | null;
  version: number;
};

/**
 * Locks the names of an organization's roles until the transaction ends, so that no two roles take the same one. Take it
 * before the lock of a role.
 */
export async function lockRoleNames(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('roles'), hashtext(${organizationId}))`);
}

/** Returns every role, by name. */
export async function list(db: Db | Tx, organizationId: string): Promise<Role[]> {
  return db.select().from(roles).where(eq(roles.organizationId, organizationId)).orderBy(roles.name);
}

/** Returns the names of these roles, in order. Roles that don't exist are left out. */
export async function names(db: Db | Tx, organizationId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .select({ name: roles.name })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), inArray(roles.id, [...ids])))
    .orderBy(roles.name);
  return rows.map((row) => row.name);
}

export async function find(db: Db | Tx, organizationId: string, id: string): Promise<Role | undefined> {
  const [row] = await db
    .select()
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), eq(roles.id, id)));
  return row;
}

/** Locks a role until the transaction ends, and returns it. */
export async function lock(tx: Tx, organizationId: string, id: string): Promise<Role | undefined> {
  const [row] = await tx
    .select()
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), eq(roles.id, id)))
    .for("update");
  return row;
}

/** Prevents the deletion of these roles until the transaction ends. Returns the IDs of those that exist. */
export async function shareLockRoles(
  tx: Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tx
    .select({ id: roles.id })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), inArray(roles.id, [...ids])))
    .orderBy(asc(roles.id))
    .for("key share");
  return rows.map((row) => row.id);
}

/** Stores the next version of a role. */
export async function save(
  tx: Tx,
  { organizationId, id, name, groupId, groupProjectIds, version }: Role,
): Promise<void> {
  await tx
    .update(roles)
    .set({ name, groupId, groupProjectIds, version })
    .where(and(eq(roles.organizationId, organizationId), eq(roles.id, id)));
}

/** Deletes a role, its holdings, and its use as a requester role of archived projects. */
export async function remove(tx: Tx, organizationId: string, id: string): Promise<void> {
  await tx
    .delete(requesterRoles)
    .where(and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.roleId, id)));
  await tx
    .delete(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), eq(roleHoldings.roleId, id)));
  await tx.delete(roles).where(and(eq(roles.organizationId, organizationId), eq(roles.id, id)));
}

/** Returns the roles that are bound to this Slack user group, or to any group if none is given. */
export async function listBound(db: Db | Tx, organizationId: string, groupId?: string): Promise<Role[]> {
  return db
    .select()
    .from(roles)
    .where(
      and(
        eq(roles.organizationId, organizationId),
        groupId === undefined ? isNotNull(roles.groupId) : eq(roles.groupId, groupId),
      ),
    )
    .orderBy(roles.id);
}

/** Returns the bound Slack user group with the smallest ID after this one; null if there is none. */
export async function nextBoundGroup(
  db: Db | Tx,
  organizationId: string,
  after: string,
): Promise<string | null> {
  const [row] = await db
    .select({ groupId: min(roles.groupId) })
    .from(roles)
    .where(and(eq(roles.organizationId, organizationId), gt(roles.groupId, after)));
  return row?.groupId ?? null;
}

/** Returns whether one of these people holds any role. */
export async function anyHolder(
  db: Db | Tx,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<boolean> {
  if (ids.length === 0) return false;
  const [row] = await db
    .select({ id: roleHoldings.memberId })
    .from(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), inArray(roleHoldings.memberId, [...ids])))
    .limit(1);
  return row !== undefined;
}

export async function add(
  tx: Tx,
  role: Pick<Role, "organizationId" | "id" | "name" | "admin"> & Partial<Role>,
): Promise<void> {
  await tx.insert(roles).values(role);
}

/** Replaces the holdings of a role. A holding that is given twice is stored once. */
export async function setHoldings(
  tx: Tx,
  role: Pick<Role, "organizationId" | "id">,
  holdings: readonly { memberId: MemberId; projectId: Holding["projectId"] }[],
): Promise<void> {
  const { organizationId, id: roleId } = role;
  await tx
    .delete(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), eq(roleHoldings.roleId, roleId)));
  if (holdings.length > 0) {
    await tx
      .insert(roleHoldings)
      .values(holdings.map((holding) => ({ organizationId, roleId, ...holding })))
      .onConflictDoNothing();
  }
}

/** Returns the holdings of a role, in a fixed order. */
export async function holdingsOf(
  db: Db | Tx,
  organizationId: string,
  roleId: string,
): Promise<{ memberId: MemberId; projectId: string | null }[]> {
  return db
    .select({ memberId: roleHoldings.memberId, projectId: roleHoldings.projectId })
    .from(roleHoldings)
    .where(and(eq(roleHoldings.organizationId, organizationId), eq(roleHoldings.roleId, roleId)))
    .orderBy(roleHoldings.memberId, roleHoldings.projectId);
}

/** Returns the holdings of the roles that are bound to this Slack user group, as a text to compare. */
export async function fingerprintHoldings(
  db: Db | Tx,
  organizationId: string,
  groupId: string,
): Promise<string> {
  const bound = await listBound(db, organizationId, groupId);
  const holdings = [];
  for (const { id } of bound) holdings.push([id, await holdingsOf(db, organizationId, id)]);
  return JSON.stringify(holdings);
}

/** Returns how many people hold each role, in all and for each scope: a project, or null for the whole organization. */
export async function countHolders(
  db: Db | Tx,
  organizationId: string,
): Promise<Map<string, { members: number; scopes: { projectId: string | null; members: number }[] }>> {
  const [totals, byScope] = await Promise.all([
    db
      .select({ roleId: roleHoldings.roleId, members: countDistinct(roleHoldings.memberId) })
      .from(roleHoldings)
      .where(eq(roleHoldings.organizationId, organizationId))
      .groupBy(roleHoldings.roleId),
    db
      .select({
        roleId: roleHoldings.roleId,
        projectId: roleHoldings.projectId,
        members: count(),
      })
      .from(roleHoldings)
      .where(eq(roleHoldings.organizationId, organizationId))
      .groupBy(roleHoldings.roleId, roleHoldings.projectId),
  ]);
  return new Map(
    totals.map(({ roleId, members }) => [
      roleId,
      {
        members,
        scopes: byScope
          .filter((row) => row.roleId === roleId)
          .map((row) => ({ projectId: row.projectId, members: row.members })),
      },
    ]),
  );
}

/** Returns the projects that have this requester role (R14), by name, including archived ones: they may come back. */
export async function usedByProjects(
  db: Db | Tx,
  organizationId: string,
  roleId: string,
): Promise<{ name: string; archived: boolean }[]> {
  return db
    .select({ name: projects.name, archived: sql<boolean>`${projects.archivedAt} is not null` })
    .from(requesterRoles)
    .innerJoin(
      projects,
      and(
        eq(projects.organizationId, requesterRoles.organizationId),
        eq(projects.id, requesterRoles.projectId),
      ),
    )
    .where(and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.roleId, roleId)))
    .orderBy(projects.name);
}
