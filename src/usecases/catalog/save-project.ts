import { updateProject } from "../../../db/catalog/projects.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject, namesakeOf, saveRequesters } from "./edit-project.ts";

export type SaveProject = EditProject & { name: string; slug: string; requesterRoleIds: readonly string[] };

/**
 * Renames a project and sets who may request in it (R14).
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-taken`.
 */
export function saveProject(context: Context, input: SaveProject): Promise<Result<{ version: number }>> {
  const { organizationId, projectId, name, slug } = input;
  return editProject(context, input, "project.saved", async (tx) => {
    const taken = await namesakeOf(tx, organizationId, { id: projectId, name, slug });
    if (taken !== undefined) {
      const { archived } = taken;
      return refuse({ code: "name-taken", name: taken.slug === slug ? slug : taken.name, archived });
    }
    await updateProject(tx, { organizationId, id: projectId, name, slug });
    const requesters = await saveRequesters(tx, organizationId, projectId, input.requesterRoleIds);
    return requesters.ok ? accept(null) : requesters;
  });
}
