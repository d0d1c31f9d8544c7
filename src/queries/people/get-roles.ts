import { lastChange } from "../../../db/audit/settings-history.ts";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { Person } from "../../domain/people/people.ts";

/** How many people hold a role for a project, or for the whole organization (`project` null). */
export type RoleScopeCount = { project: string | null; members: number };

/** A role as the settings list shows it. */
export type RoleSummary = {
  id: string;
  name: string;
  admin: boolean;
  members: number;
  scopes: RoleScopeCount[];
  group: { id: string; projects: string[] | null } | null;
};

/**
 * Returns one page of the roles, by name.
 *
 * @param page from 0
 */
export async function listRoles(
  db: Db,
  organizationId: string,
  page: number,
  size: number,
): Promise<{ roles: RoleSummary[]; total: number }> {
  const [all, counts, projects] = await Promise.all([
    roles.list(db, organizationId),
    roles.countHolders(db, organizationId),
    listProjects(db, organizationId),
  ]);
  const nameOf = (id: string) => projects.find((project) => project.id === id)?.name;
  const shown = all.slice(page * size, (page + 1) * size).map((role): RoleSummary => {
    const { members: held, scopes } = counts.get(role.id) ?? { members: 0, scopes: [] };
    const named = scopes.flatMap(({ projectId, members: holders }): RoleScopeCount[] => {
      if (projectId === null) return [{ project: null, members: holders }];
      // Holding a role for an archived project has no effect.
      const project = nameOf(projectId);
      return project === undefined ? [] : [{ project, members: holders }];
    });
    named.sort((a, b) => (a.project ?? "").localeCompare(b.project ?? ""));
    const { id, name, admin, groupId, groupProjectIds } = role;
    const projectNames = groupProjectIds?.flatMap((projectId) => nameOf(projectId) ?? []) ?? null;
    const group = groupId === null ? null : { id: groupId, projects: projectNames };
    return { id, name, admin, members: held, scopes: named, group };
  });
  return { roles: shown, total: all.length };
}

/** A role as its form shows it. */
export type RoleDetails = {
  id: string;
  name: string;
  admin: boolean;
  version: number;
  groupId: string | null;
  groupProjectIds: string[] | null;
  /** Who holds it for each scope, by name. `projectId` null is the whole organization. */
  holders: { projectId: string | null; people: Person[] }[];
};

/** Returns a role; undefined if there is none. */
export async function getRole(
  db: Db,
  organizationId: string,
  roleId: string,
): Promise<RoleDetails | undefined> {
  const role = await roles.find(db, organizationId, roleId);
  if (role === undefined) return undefined;
  const holdings = await roles.holdingsOf(db, organizationId, roleId);
  const people = await members.findMany(
    db,
    organizationId,
    holdings.map(({ memberId }) => memberId),
  );
  const holders = new Map<string | null, Person[]>();
  for (const { memberId, projectId } of holdings) {
    const person = { id: memberId, name: people.get(memberId)?.name ?? memberId };
    holders.set(projectId, [...(holders.get(projectId) ?? []), person]);
  }
  // Until an active member holds the role, other people are admins. They stay admins unless the form removes them.
  if (role.admin) holders.set(null, await admins(db, organizationId, holders.get(null) ?? []));
  const { id, name, admin, version, groupId, groupProjectIds } = role;
  return {
    ...{ id, name, admin, version, groupId, groupProjectIds },
    holders: [...holders].map(([projectId, list]) => ({ projectId, people: list.sort(byName) })),
  };
}

const byName = (a: Person, b: Person): number => a.name.localeCompare(b.name);

async function admins(db: Db, organizationId: string, holders: Person[]): Promise<Person[]> {
  const all = await members.listAdmins(db, organizationId);
  const others = all.filter(({ id }) => !holders.some((holder) => holder.id === id));
  return [...holders, ...others.map(({ id, name }) => ({ id, name }))];
}

/** Returns the projects for which a role can be held, by name. */
export async function listRoleScopes(
  db: Db,
  organizationId: string,
): Promise<{ id: string; name: string }[]> {
  return (await listProjects(db, organizationId)).map(({ id, name }) => ({ id, name }));
}

/** Returns who changed a role last, and when. */
export function getRoleChange(
  db: Db,
  organizationId: string,
  roleId: string,
): Promise<{ by: Person | null; at: Date }> {
  return lastChange(db, organizationId, `role:${roleId}`);
}
