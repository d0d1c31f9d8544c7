import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { listReviewCandidates } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/open-requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { checkWorkflow } from "../../domain/workflow/workflow-check.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";

export type SaveWorkflow = By & {
  /** The workflow to save. Its version is the one that the person saw. */
  workflow: Workflow;
};

/** The version that was saved, and the number of open requests. */
export type SavedWorkflow = { version: number; open: number };

/**
 * Saves the next version of *Environment Promotion*. Open requests follow it (R4).
 *
 * Refuses `not-admin`, `stale`, `not-found` (a role), `no-roles`, `assignee-not-in-roles`, `dead-workflow`.
 */
export function saveWorkflow(context: Context, input: SaveWorkflow): Promise<Result<SavedWorkflow>> {
  return changeWorkflow(context, input, input.workflow.version, () => input.workflow);
}

/**
 * Changes the workflow on behalf of an admin. Every scope keeps enough reviewers (R6).
 *
 * @param seenVersion the version that the person saw
 * @param next returns the new workflow, given the current one
 * @param andThen more work for the same transaction
 *
 * Refuses the same as `saveWorkflow`.
 */
export function changeWorkflow(
  context: Context,
  by: By,
  seenVersion: number,
  next: (current: Workflow) => Workflow,
  andThen?: (tx: Tx, saved: SavedWorkflow) => Promise<void>,
): Promise<Result<SavedWorkflow>> {
  const { organizationId, actor } = by;
  const target = {
    async lock(tx: Tx): Promise<Result<Workflow>> {
      await workflows.lock(tx, organizationId);
      return accept(await workflows.current(tx, organizationId));
    },
    audit: () => ({ subject: "workflow", action: "workflow.saved" }),
    isSeen: (current: Workflow) => current.version === seenVersion,
    snapshot: async (_tx: Tx, current: Workflow) => current,
  };
  return changeSetting(context, by, target, async (tx, { state: current, now }) => {
    const after = { ...next(current), version: current.version + 1 };
    const checked = await checkNext(tx, organizationId, after);
    if (!checked.ok) return checked;
    await workflows.add(tx, organizationId, after, actor, now);
    const value = { version: after.version, open: await requests.countOpen(tx, organizationId) };
    await andThen?.(tx, value);
    return accept({ after, value });
  });
}

/** R6: refuses `not-found` (a role), `no-roles`, `assignee-not-in-roles`, `dead-workflow`. */
async function checkNext(tx: Tx, organizationId: string, workflow: Workflow): Promise<Result<null>> {
  const roleIds = (await roles.list(tx, organizationId)).map(({ id }) => id);
  if (workflow.enabled && workflow.roleIds.some((id) => !roleIds.includes(id))) {
    return refuse({ code: "not-found", what: "role" });
  }
  const projects = await listProjects(tx, organizationId);
  return checkWorkflow(workflow, await listReviewCandidates(tx, organizationId, workflow), projects);
}
