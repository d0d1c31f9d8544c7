import { listEnvironments } from "../../../db/catalog/environments.ts";
import { type Result, refuse } from "../../domain/shared/result.ts";
import type { Context } from "../shared/context.ts";
import { type EditProject, editProject } from "./edit-project.ts";
import { writePipeline } from "./save-pipeline.ts";

/**
 * Archives an environment: its history and what is live in it stay, and come back with it.
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
    const kept = current.filter(({ id }) => id !== environmentId);
    if (kept.length === current.length) return refuse({ code: "not-found", what: "environment" });
    return writePipeline(tx, input, kept, now);
  });
}
