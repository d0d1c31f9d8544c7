import type { NotFullMember } from "../shared/refusals.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { MemberId, MemberStatus, Person } from "./people.ts";

/** The facts about a role that is to be changed. `groupId`: the Slack user group that fills it, if any. */
export type RoleFacts = { admin: boolean; groupId: string | null };

/**
 * Checks whether new people may hold a role, for the whole organization or for one project. People who already hold it
 * are not checked again.
 *
 * @param scope.projectId null for the whole organization
 * @param added the new holders; `unknown` if Slack has not described a person
 * @param activeAfter how many active full members hold the role afterwards, in any scope
 * Refuses `role-bound`, `admin-role`, `not-full-members`, `last-admin`.
 */
export function checkHolders(
  role: RoleFacts,
  scope: { projectId: string | null },
  added: readonly (Person & { status: MemberStatus | "unknown" })[],
  activeAfter: number,
): Result<null> {
  if (role.groupId !== null) return refuse({ code: "role-bound" });
  if (role.admin && scope.projectId !== null) return refuse({ code: "admin-role" });
  const people = added.flatMap(({ id, name, status }) =>
    status === "active" ? [] : [{ person: { id, name }, status: status satisfies NotFullMember }],
  );
  if (people.length > 0) return refuse({ code: "not-full-members", people });
  return role.admin && activeAfter === 0 ? refuse({ code: "last-admin" }) : accept(null);
}

/**
 * Checks whether a role may be deleted. Refuses `admin-role`, `role-in-use`.
 *
 * @param usedBy whether the workflow uses it, and the projects whose requesters must hold it. An archived one counts: it
 *   may come back, and everyone may request in a project without roles (R14).
 */
export function checkDelete(
  role: RoleFacts,
  usedBy: { workflow: boolean; projects: readonly { name: string; archived: boolean }[] },
): Result<null> {
  if (role.admin) return refuse({ code: "admin-role" });
  const { workflow, projects } = usedBy;
  if (!workflow && projects.length === 0) return accept(null);
  const named = (archived: boolean) =>
    projects.filter((one) => one.archived === archived).map(({ name }) => name);
  const archivedProjects = named(true);
  return refuse({
    ...{ code: "role-in-use", workflow, projects: named(false) },
    ...(archivedProjects.length > 0 && { archivedProjects }),
  });
}

/** Returns the members who are in `after` but not in `before`, each once. */
export function addedHolders(before: readonly MemberId[], after: readonly MemberId[]): MemberId[] {
  return [...new Set(after)].filter((id) => !before.includes(id));
}
