import { randomUUID } from "node:crypto";
import { listAllProjects, lockProjectNames, upsertProject } from "../../../db/catalog/projects.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { type By, namesakeOf, readSnapshot, recordProject, saveRequesters } from "./edit-project.ts";
import { writePipeline } from "./save-pipeline.ts";

export type CreateProject = By & {
  name: string;
  slug: string;
  requesterRoleIds: readonly string[];
  /** In order, first to last. */
  environments: readonly { name: string; slug: string; critical: boolean }[];
};

/**
 * Creates a project with its pipeline. One that was archived under the same short name comes back, with its integrations
 * and its history.
 *
 * Refuses `not-admin`, `name-taken`, `too-few-environments`, `too-many-environments`, `not-found` (a role).
 */
export async function createProject(
  context: Context,
  input: CreateProject,
): Promise<Result<{ projectId: string; restored: boolean }>> {
  const { organizationId, name, slug } = input;
  return commit<{ projectId: string; restored: boolean }>(context, async (tx, now) => {
    const admin = await checkAdmin(tx, organizationId, input.actor);
    if (!admin.ok) return admin;
    await lockProjectNames(tx, organizationId);
    const archived = (await listAllProjects(tx, organizationId)).find(
      (project) => project.slug === slug && project.archivedAt !== null,
    );
    const projectId = archived?.id ?? randomUUID();
    const taken = await namesakeOf(tx, organizationId, { id: projectId, name, slug });
    if (taken !== undefined) {
      return refuse({ code: "name-taken", name: taken.slug === slug ? slug : taken.name });
    }
    const before = archived === undefined ? null : await readSnapshot(tx, archived);
    await upsertProject(tx, { organizationId, id: projectId, slug, name });
    const pipeline = input.environments.map((one, position) => ({ ...one, id: randomUUID(), position }));
    const written = await writePipeline(tx, { organizationId, projectId }, pipeline, now);
    if (!written.ok) return written;
    const requesters = await saveRequesters(tx, organizationId, projectId, input.requesterRoleIds);
    if (!requesters.ok) return requesters;
    const action = before === null ? "project.created" : "project.restored";
    await recordProject(tx, { ...input, projectId }, action, now, before);
    return accept({ projectId, restored: before !== null });
  });
}
