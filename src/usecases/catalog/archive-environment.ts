import { listEnvironments } from "../../../db/catalog/environments.ts";
import { type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject } from "./edit-project.ts";
import { writePipeline } from "./save-pipeline.ts";

/**
 * Archives an environment. Its history and its live builds stay, and return if it is restored. Returns the project's
 * version.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `too-few-environments`, `request-in-the-way`.
 */
export function archiveEnvironment(
  context: Context,
  input: EditProject & { environmentId: string },
): Promise<Result<{ version: number }>> {
  const { organizationId, projectId, environmentId } = input;
  return editProject(context, input, "environment.archived", async (tx, now) => {
    const current = await listEnvironments(tx, organizationId, projectId);
    const remaining = current.filter(({ id }) => id !== environmentId);
    if (remaining.length === current.length) return refuse({ code: "not-found", what: "environment" });
    return writePipeline(tx, input, remaining, now);
  });
}
