import { isDeepStrictEqual } from "node:util";
import { lastChange } from "../../../db/audit/settings-history.ts";
import { listEnvironments } from "../../../db/catalog/environments.ts";
import {
  listAllProjects,
  lockProject,
  lockProjectNames,
  type ProjectRow,
  updateProject,
} from "../../../db/catalog/projects.ts";
import { listRequesterRoles, setRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { shareLockRoles } from "../../../db/people/roles.ts";
import { findNamesake } from "../../domain/catalog/catalog.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type By = { organizationId: string; actor: Actor; surface: Surface };

export type EditProject = By & {
  projectId: string;
  /** The version that the person saw. */
  version: number;
};

/** A project as the audit log keeps it. */
export type ProjectSnapshot = {
  name: string;
  slug: string;
  archived: boolean;
  version: number;
  environments: Environment[];
  requesterRoles: { id: string; name: string }[];
};

/**
 * Every change of a project: by an admin, one at a time, on the version that they saw, audited (R12). What changes
 * nothing leaves the version as it is.
 *
 * Refuses `not-admin`, `not-found`, `stale`, and what `work` refuses.
 */
export async function editProject(
  context: Context,
  input: EditProject,
  action: string,
  work: (tx: Tx, now: Date) => Promise<Result<null>>,
): Promise<Result<{ version: number }>> {
  const { organizationId, projectId } = input;
  return commit<{ version: number }>(context, async (tx, now) => {
    const admin = await checkAdmin(tx, organizationId, input.actor);
    if (!admin.ok) return admin;
    await lockProjectNames(tx, organizationId);
    const project = await lockProject(tx, organizationId, projectId);
    if (project === undefined || project.archivedAt !== null) {
      return refuse({ code: "not-found", what: "project" });
    }
    if (project.version !== input.version) {
      return refuse({ code: "stale", ...(await lastChange(tx, organizationId, `project:${projectId}`)) });
    }
    const before = await readSnapshot(tx, project);
    const done = await work(tx, now);
    if (!done.ok) return done;
    const version = await recordProject(tx, input, action, now, before);
    return accept({ version });
  });
}

/** Appends a project's change to the audit log and counts it, if it is one. Answers the version it has now. */
export async function recordProject(
  tx: Tx,
  input: By & { projectId: string },
  action: string,
  at: Date,
  before: ProjectSnapshot | null,
): Promise<number> {
  const { organizationId, projectId, actor, surface } = input;
  const project = await lockProject(tx, organizationId, projectId);
  if (project === undefined) throw new Error("The project was not stored");
  const now = await readSnapshot(tx, project);
  if (isDeepStrictEqual(before, now)) return now.version;
  const version = before === null ? now.version : now.version + 1;
  await updateProject(tx, { organizationId, id: projectId, version });
  const subject = `project:${projectId}`;
  const after = { ...now, version };
  await recordSetting(tx, { organizationId, actor, surface, at, action, subject, before, after });
  return version;
}

export async function readSnapshot(tx: Tx, project: ProjectRow): Promise<ProjectSnapshot> {
  const { organizationId, id, name, slug, version, archivedAt } = project;
  const environments = await listEnvironments(tx, organizationId, id);
  const requesterRoles = await listRequesterRoles(tx, organizationId, id);
  return { name, slug, archived: archivedAt !== null, version, environments, requesterRoles };
}

/** The project that holds this name or short name already, if one does. */
export async function namesakeOf(
  tx: Tx,
  organizationId: string,
  wanted: { id: string | null; name: string; slug: string },
): Promise<(ProjectRow & { archived: boolean }) | undefined> {
  const all = await listAllProjects(tx, organizationId);
  return findNamesake(
    all.map((project) => ({ ...project, archived: project.archivedAt !== null })),
    wanted,
  );
}

/** R14: replaces who may request in a project. Refuses `not-found` where a role was deleted meanwhile. */
export async function saveRequesters(
  tx: Tx,
  organizationId: string,
  projectId: string,
  roleIds: readonly string[],
): Promise<Result<null>> {
  const wanted = [...new Set(roleIds)];
  const held = await shareLockRoles(tx, organizationId, wanted);
  if (held.length < wanted.length) return refuse({ code: "not-found", what: "role" });
  await setRequesterRoles(tx, organizationId, projectId, wanted);
  return accept(null);
}
