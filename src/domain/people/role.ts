import type { NotFullMember } from "../shared/refusals.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import type { MemberId, MemberStatus, Person } from "./people.ts";

/** A role as the rules about changing it see it. */
export type RoleFacts = { admin: boolean; groupId: string | null };

/**
 * Whether these people may hold a role from now on, in one place: for the whole organization, or for a project. Who held
 * it before is not asked about again.
 *
 * @param place.projectId null: the whole organization
 * @param added who comes in, as Slack described them; `unknown` where nothing is known of them
 * @param activeAfter how many active full members hold it afterwards, anywhere
 * Refuses `role-bound`, `admin-role`, `not-full-members`, `last-admin`.
 */
export function checkHolders(
  role: RoleFacts,
  place: { projectId: string | null },
  added: readonly (Person & { standing: MemberStatus | "unknown" })[],
  activeAfter: number,
): Result<null> {
  if (role.groupId !== null) return refuse({ code: "role-bound" });
  if (role.admin && place.projectId !== null) return refuse({ code: "admin-role" });
  const people = added.flatMap(({ id, name, standing }) =>
    standing === "active" ? [] : [{ person: { id, name }, standing: standing satisfies NotFullMember }],
  );
  if (people.length > 0) return refuse({ code: "not-full-members", people });
  return role.admin && activeAfter === 0 ? refuse({ code: "last-admin" }) : accept(null);
}

/**
 * Whether a role may be deleted. Refuses `admin-role`, `role-in-use`.
 *
 * @param usedBy who refers to it: the workflow, and projects whose requesters must hold it
 */
export function checkDelete(
  role: RoleFacts,
  usedBy: { workflow: boolean; projects: readonly string[] },
): Result<null> {
  if (role.admin) return refuse({ code: "admin-role" });
  if (usedBy.workflow || usedBy.projects.length > 0) return refuse({ code: "role-in-use", ...usedBy });
  return accept(null);
}

/** Who comes in where a place's holders are replaced. */
export function addedHolders(before: readonly MemberId[], after: readonly MemberId[]): MemberId[] {
  return [...new Set(after)].filter((id) => !before.includes(id));
}
