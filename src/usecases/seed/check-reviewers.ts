import { listProjects } from "../../../db/catalog/projects.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { deadProjects } from "../../domain/workflow/workflow-check.ts";
import { fault, type Loading } from "./loading.ts";

type DeadProject = { id: string; name: string; available: number };

/** Returns the projects whose requests nobody could decide; none while the workflow is off. */
export async function listDeadProjects({ tx, by }: Loading): Promise<DeadProject[]> {
  const workflow = await workflows.current(tx, by.organizationId);
  if (!workflow.enabled) return [];
  const candidates = await listReviewCandidates(tx, by.organizationId, workflow);
  return deadProjects(workflow, candidates, await listProjects(tx, by.organizationId));
}

/**
 * R6: refuses a file that leaves too few reviewers to a project that had enough. A new project without reviewers is
 * accepted, as in Settings: the admins are warned.
 *
 * @param dead the projects that had too few before the load
 * @param projectIds the projects that existed before
 */
export async function checkReviewers(
  loading: Loading,
  { dead, projectIds }: { dead: readonly DeadProject[]; projectIds: ReadonlySet<string> },
): Promise<void> {
  const now = await listDeadProjects(loading);
  const taken = now.filter(({ id }) => projectIds.has(id) && !dead.some((one) => one.id === id));
  if (taken.length === 0) return;
  const { options } = await workflows.current(loading.tx, loading.by.organizationId);
  const projects = taken.map(({ name, available }) => ({ name, available }));
  fault(loading, ["roles"], { code: "dead-workflow", required: options.requiredApprovals, projects });
}
