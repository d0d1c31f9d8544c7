import { isDeepStrictEqual } from "node:util";
import { listEnvironments } from "../../../db/catalog/environments.ts";
import { lockProject, type ProjectRow, updateProject } from "../../../db/catalog/projects.ts";
import { listRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";

/** What the audit log keeps of a project. */
export type ProjectSnapshot = {
  name: string;
  slug: string;
  archived: boolean;
  version: number;
  environments: Environment[];
  requesterRoles: { id: string; name: string }[];
};

export const projectSubject = (projectId: string): string => `project:${projectId}`;

/** Returns what the audit log keeps of a project. */
export async function readSnapshot(tx: Tx, project: ProjectRow): Promise<ProjectSnapshot> {
  const { organizationId, id, name, slug, version, archivedAt } = project;
  const environments = await listEnvironments(tx, organizationId, id);
  const requesterRoles = await listRequesterRoles(tx, organizationId, id);
  return { name, slug, archived: archivedAt !== null, version, environments, requesterRoles };
}

/**
 * Raises a project's version if the project differs from its snapshot. Returns its snapshot after that.
 *
 * @param before null for a project that was just created; it keeps its first version
 */
export async function raiseVersion(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  before: ProjectSnapshot | null,
): Promise<ProjectSnapshot> {
  const project = await lockProject(tx, organizationId, projectId);
  if (project === undefined) throw new Error("The project was not stored");
  const after = await readSnapshot(tx, project);
  if (before === null || isDeepStrictEqual(before, after)) return after;
  const version = after.version + 1;
  await updateProject(tx, { organizationId, id: projectId, version });
  return { ...after, version };
}
