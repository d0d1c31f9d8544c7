import { updateProject } from "../../../db/catalog/projects.ts";
import { type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject, findProjectNamesake, saveRequesterRoles } from "./edit-project.ts";

export type SaveProject = EditProject & { name: string; slug: string; requesterRoleIds: readonly string[] };

/**
 * Renames a project and sets its requester roles (R14). Returns the project's version.
 *
 * Refuses `not-admin`, `not-found` (the project or a role), `stale`, `name-taken`.
 */
export function saveProject(context: Context, input: SaveProject): Promise<Result<{ version: number }>> {
  const { organizationId, projectId, name, slug } = input;
  return editProject(context, input, "project.saved", async (tx) => {
    const taken = await findProjectNamesake(tx, organizationId, { id: projectId, name, slug });
    if (taken !== undefined) {
      const { archived } = taken;
      return refuse({ code: "name-taken", name: taken.slug === slug ? slug : taken.name, archived });
    }
    await updateProject(tx, { organizationId, id: projectId, name, slug });
    return saveRequesterRoles(tx, input, input.requesterRoleIds);
  });
}
