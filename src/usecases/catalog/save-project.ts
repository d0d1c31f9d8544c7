import { updateProject } from "../../../db/catalog/projects.ts";
import type { Result } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { checkProjectNames, type EditProject, editProject, saveRequesterRoles } from "./edit-project.ts";

export type SaveProject = EditProject & { name: string; slug: string; requesterRoleIds: readonly string[] };

/**
 * Renames a project and sets its requester roles (R14). Returns the project's version.
 *
 * Refuses `not-admin`, `not-found` (the project or a role), `stale`, `name-unusable`, `name-taken`.
 */
export function saveProject(context: Context, input: SaveProject): Promise<Result<{ version: number }>> {
  const { organizationId, projectId, name, slug } = input;
  return editProject(context, input, "project.saved", async (tx) => {
    const named = await checkProjectNames(tx, organizationId, { id: projectId, name, slug });
    if (!named.ok) return named;
    await updateProject(tx, { organizationId, id: projectId, name, slug });
    return saveRequesterRoles(tx, input, input.requesterRoleIds);
  });
}
