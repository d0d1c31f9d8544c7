import { listProjects } from "../../../db/catalog/projects.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditRole, editRole } from "./edit-role.ts";

export type BindRole = EditRole & {
  /** The Slack user group whose members shall hold it; null: its members are kept by hand from now on. */
  groupId: string | null;
  /** Where they hold it; null: for the whole organization. */
  projectIds: readonly string[] | null;
};

/**
 * Binds a role to a Slack user group, or unbinds it. Who holds it stays until the group has been read; an unbound role
 * keeps the people it has.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `admin-role`.
 */
export function bindRole(context: Context, input: BindRole): Promise<Result<{ version: number }>> {
  const { organizationId, groupId, projectIds } = input;
  const action = groupId === null ? "role.unbound" : "role.bound";
  return editRole(context, input, action, async (tx, role) => {
    if (role.admin) return refuse({ code: "admin-role" });
    const known = (await listProjects(tx, organizationId)).map(({ id }) => id);
    if (projectIds?.some((id) => !known.includes(id))) return refuse({ code: "not-found", what: "project" });
    const groupProjectIds = groupId === null || projectIds === null ? null : [...projectIds];
    return accept({ ...role, groupId, groupProjectIds });
  });
}
