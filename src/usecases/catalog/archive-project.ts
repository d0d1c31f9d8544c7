import { updateProject } from "../../../db/catalog/projects.ts";
import { listOpenIn } from "../../../db/requests/open-requests.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject } from "./edit-project.ts";

/**
 * Archives a project: it accepts no more promotions, and its history stays. Returns the project's version.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `request-in-the-way`.
 */
export function archiveProject(context: Context, input: EditProject): Promise<Result<{ version: number }>> {
  const { organizationId, projectId } = input;
  return editProject(context, input, "project.archived", async (tx, now) => {
    const [open] = await listOpenIn(tx, organizationId, { projectId }, now);
    if (open !== undefined) return refuse({ code: "request-in-the-way", number: open.number });
    await updateProject(tx, { organizationId, id: projectId, archivedAt: now });
    return accept(null);
  });
}
