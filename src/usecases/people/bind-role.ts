import { listProjects } from "../../../db/catalog/projects.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditRole, editRole } from "./edit-role.ts";

export type BindRole = EditRole & {
  /** The Slack user group whose members are to hold the role; null: its members are managed by hand. */
  groupId: string | null;
  /** The projects in which they hold it; null: the whole organization. */
  projectIds: readonly string[] | null;
};

/**
 * Binds a role to a Slack user group, or unbinds it. Its holders stay the same until the group is read; an unbound role
 * keeps its holders. An archived project that it is bound for may stay: it may come back.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `admin-role`.
 */
export function bindRole(context: Context, input: BindRole): Promise<Result<{ version: number }>> {
  const { organizationId, groupId, projectIds } = input;
  const action = groupId === null ? "role.unbound" : "role.bound";
  return editRole(context, input, action, async (tx, role) => {
    if (role.admin) return refuse({ code: "admin-role" });
    const active = (await listProjects(tx, organizationId)).map(({ id }) => id);
    const usable = [...active, ...(role.groupProjectIds ?? [])];
    if (projectIds?.some((id) => !usable.includes(id))) {
      return refuse({ code: "not-found", what: "project" });
    }
    const groupProjectIds = groupId === null || projectIds === null ? null : [...projectIds];
    return accept({ ...role, groupId, groupProjectIds });
  });
}
