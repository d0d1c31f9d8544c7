import { randomUUID } from "node:crypto";
import {
  listAllProjects,
  lockProjectNames,
  type ProjectRow,
  upsertProject,
} from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";
import { checkProjectNames, saveRequesterRoles } from "./edit-project.ts";
import { projectSubject, raiseVersion, readSnapshot } from "./project-snapshot.ts";
import { writePipeline } from "./save-pipeline.ts";

export type CreateProject = By & {
  name: string;
  slug: string;
  requesterRoleIds: readonly string[];
  /** In order, first to last. */
  environments: readonly { name: string; slug: string; critical: boolean }[];
};

type CreatedProject = { projectId: string; restored: boolean };

/**
 * Creates a project with its pipeline. Restores the archived project with the same slug if there is one, with its
 * integrations and history. Returns the project's id and whether it was restored.
 *
 * Refuses `not-admin`, `name-unusable`, `name-taken`, `too-few-environments`, `too-many-environments`, `not-found` (a
 * role).
 */
export async function createProject(context: Context, input: CreateProject): Promise<Result<CreatedProject>> {
  const { organizationId, slug } = input;
  const newId = randomUUID();
  const target = {
    async lock(tx: Tx): Promise<Result<ProjectRow | null>> {
      await lockProjectNames(tx, organizationId);
      const projects = await listAllProjects(tx, organizationId);
      const archived = projects.find((project) => project.slug === slug && project.archivedAt !== null);
      return accept(archived ?? null);
    },
    audit: (archived: ProjectRow | null) => ({
      subject: projectSubject(archived?.id ?? newId),
      action: archived === null ? "project.created" : "project.restored",
    }),
    snapshot: async (tx: Tx, archived: ProjectRow | null) => archived && readSnapshot(tx, archived),
  };
  return changeSetting(context, input, target, async (tx, { state: archived, before, now }) => {
    const projectId = archived?.id ?? newId;
    const written = await writeProject(tx, { ...input, projectId }, now);
    if (!written.ok) return written;
    const after = await raiseVersion(tx, { organizationId, projectId }, before);
    return accept({ after, value: { projectId, restored: archived !== null } });
  });
}

async function writeProject(
  tx: Tx,
  input: CreateProject & { projectId: string },
  now: Date,
): Promise<Result<null>> {
  const { organizationId, projectId, name, slug } = input;
  const named = await checkProjectNames(tx, organizationId, { id: projectId, name, slug });
  if (!named.ok) return named;
  await upsertProject(tx, { organizationId, id: projectId, slug, name });
  const pipeline = input.environments.map((environment, position) => {
    return { ...environment, id: randomUUID(), position };
  });
  const written = await writePipeline(tx, input, pipeline, now);
  if (!written.ok) return written;
  return saveRequesterRoles(tx, input, input.requesterRoleIds);
}
