import { and, asc, eq, inArray } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { requesterRoles, roles } from "../schema/index.ts";
import { groupRows } from "./group-rows.ts";

const inProject = (organizationId: string, projectId: string) =>
  and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.projectId, projectId));

const ownRole = and(
  eq(roles.organizationId, requesterRoles.organizationId),
  eq(roles.id, requesterRoles.roleId),
);

/** Returns a project's requester roles (R14), by name. */
export async function listRequesterRoles(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: roles.id, name: roles.name })
    .from(requesterRoles)
    .innerJoin(roles, ownRole)
    .where(inProject(organizationId, projectId))
    .orderBy(asc(roles.name));
}

/** Returns the IDs of a project's requester roles (R14), in no particular order. */
export async function listRequesterRoleIds(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<string[]> {
  const rows = await db
    .select({ id: requesterRoles.roleId })
    .from(requesterRoles)
    .where(inProject(organizationId, projectId));
  return rows.map((row) => row.id);
}

/** Returns the names of these projects' requester roles (R14) by project ID, each list in order. */
export async function listRequesterRoleNames(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ projectId: requesterRoles.projectId, name: roles.name })
    .from(requesterRoles)
    .innerJoin(roles, ownRole)
    .where(
      and(
        eq(requesterRoles.organizationId, organizationId),
        inArray(requesterRoles.projectId, [...projectIds]),
      ),
    )
    .orderBy(asc(roles.name));
  return groupRows(rows, ({ projectId, name }) => [projectId, name]);
}

/** Replaces a project's requester roles (R14). A role that is named twice is stored once. */
export async function setRequesterRoles(
  tx: Tx,
  organizationId: string,
  projectId: string,
  roleIds: readonly string[],
): Promise<void> {
  await tx.delete(requesterRoles).where(inProject(organizationId, projectId));
  if (roleIds.length > 0) {
    const rows = [...new Set(roleIds)].map((roleId) => ({ organizationId, projectId, roleId }));
    await tx.insert(requesterRoles).values(rows);
  }
}
