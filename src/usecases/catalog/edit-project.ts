import {
  listAllProjects,
  lockProject,
  lockProjectNames,
  type ProjectRow,
} from "../../../db/catalog/projects.ts";
import { setRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { shareLockRoles } from "../../../db/people/roles.ts";
import { checkNames } from "../../domain/catalog/catalog.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";
import { projectSubject, raiseVersion, readSnapshot } from "./project-snapshot.ts";

export type EditProject = By & {
  projectId: string;
  /** The version that the person saw. */
  version: number;
};

/**
 * Changes a project on behalf of an admin. The version rises only if something changed. Returns the project's version.
 *
 * Refuses `not-admin`, `not-found`, `stale`, and what the work refuses.
 */
export async function editProject(
  context: Context,
  input: EditProject,
  action: string,
  work: (tx: Tx, now: Date) => Promise<Result<null>>,
): Promise<Result<{ version: number }>> {
  const { organizationId, projectId } = input;
  const target = {
    async lock(tx: Tx): Promise<Result<ProjectRow>> {
      await lockProjectNames(tx, organizationId);
      return lockActiveProject(tx, input);
    },
    audit: () => ({ subject: projectSubject(projectId), action }),
    isSeen: ({ version }: ProjectRow) => version === input.version,
    snapshot: readSnapshot,
  };
  return changeSetting(context, input, target, async (tx, { before, now }) => {
    const worked = await work(tx, now);
    if (!worked.ok) return worked;
    const after = await raiseVersion(tx, input, before);
    return accept({ after, value: { version: after.version } });
  });
}

/** Locks a project and returns it. Refuses `not-found` if it does not exist or is archived. */
export async function lockActiveProject(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
): Promise<Result<ProjectRow>> {
  const project = await lockProject(tx, organizationId, projectId);
  return project === undefined || project.archivedAt !== null
    ? refuse({ code: "not-found", what: "project" })
    : accept(project);
}

/** Refuses `name-unusable`, and `name-taken` if another project has this name or slug, or had the slug. */
export async function checkProjectNames(
  tx: Tx,
  organizationId: string,
  wanted: { id: string; name: string; slug: string },
): Promise<Result<null>> {
  return checkNames("project", await listAllProjects(tx, organizationId), wanted);
}

/** R14: replaces a project's requester roles. Refuses `not-found` if a role no longer exists. */
export async function saveRequesterRoles(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  roleIds: readonly string[],
): Promise<Result<null>> {
  const wanted = [...new Set(roleIds)];
  const locked = await shareLockRoles(tx, organizationId, wanted);
  if (locked.length < wanted.length) return refuse({ code: "not-found", what: "role" });
  await setRequesterRoles(tx, organizationId, projectId, wanted);
  return accept(null);
}
