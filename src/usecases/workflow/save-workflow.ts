import { lastChange } from "../../../db/audit/settings-history.ts";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests-list.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { checkWorkflow } from "../../domain/workflow/workflow-check.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type SaveWorkflow = {
  organizationId: string;
  actor: Actor;
  surface: Surface;
  /** The workflow as it shall be; its version is the one that the person saw. */
  workflow: Workflow;
};

/** The version that was saved, and how many requests are open. */
export type SavedWorkflow = { version: number; open: number };

/**
 * Saves the next version of *Environment Promotion*. Open requests follow it (R4).
 *
 * Refuses `not-admin`, `stale`, `not-found` (a role), `no-roles`, `assignee-not-in-roles`, `dead-workflow`.
 */
export function saveWorkflow(context: Context, input: SaveWorkflow): Promise<Result<SavedWorkflow>> {
  return commit<SavedWorkflow>(context, (tx, now) =>
    saveNext(tx, now, input, input.workflow.version, () => input.workflow),
  );
}

/**
 * What every change of the workflow goes through, in its transaction: an admin, on the version that they saw, leaving
 * nobody without reviewers (R6), audited (R12).
 *
 * @param next what the workflow becomes, from what it is
 */
export async function saveNext(
  tx: Tx,
  now: Date,
  { organizationId, actor, surface }: Omit<SaveWorkflow, "workflow">,
  seenVersion: number,
  next: (current: Workflow) => Workflow,
): Promise<Result<SavedWorkflow>> {
  const admin = await checkAdmin(tx, organizationId, actor);
  if (!admin.ok) return admin;
  await workflows.lock(tx, organizationId);
  const current = await workflows.current(tx, organizationId);
  if (current.version !== seenVersion) {
    return refuse({ code: "stale", ...(await lastChange(tx, organizationId, "workflow")) });
  }
  const wanted = next(current);
  const known = (await roles.list(tx, organizationId)).map(({ id }) => id);
  if (wanted.enabled && wanted.roleIds.some((id) => !known.includes(id))) {
    return refuse({ code: "not-found", what: "role" });
  }
  const projects = await listProjects(tx, organizationId);
  const checked = checkWorkflow(wanted, await listReviewCandidates(tx, organizationId, wanted), projects);
  if (!checked.ok) return checked;
  const saved = { ...wanted, version: current.version + 1 };
  await workflows.add(tx, organizationId, saved, actor, now);
  const facts = { organizationId, actor, surface, at: now, action: "workflow.saved", subject: "workflow" };
  await recordSetting(tx, { ...facts, before: current, after: saved });
  return accept({ version: saved.version, open: await requests.countOpen(tx, organizationId) });
}
