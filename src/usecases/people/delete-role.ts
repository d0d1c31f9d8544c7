import { lastChange } from "../../../db/audit/settings-history.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { checkDelete } from "../../domain/people/role.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { type EditRole, roleSubject, snapshot } from "./edit-role.ts";

/**
 * Deletes a role that nothing refers to. What was decided under it stays in the audit log.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `admin-role`, `role-in-use`.
 */
export function deleteRole(context: Context, input: EditRole): Promise<Result<null>> {
  const { organizationId, roleId, actor, surface } = input;
  return commit<null>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    // A save of the workflow that would come to use it waits.
    await workflows.lock(tx, organizationId);
    const role = await roles.lock(tx, organizationId, roleId);
    if (role === undefined) return refuse({ code: "not-found", what: "role" });
    const subject = roleSubject(roleId);
    if (role.version !== input.version) {
      return refuse({ code: "stale", ...(await lastChange(tx, organizationId, subject)) });
    }
    const workflow = await workflows.current(tx, organizationId);
    const checked = checkDelete(role, {
      workflow: workflow.roleIds.includes(roleId),
      projects: await roles.usedByProjects(tx, organizationId, roleId),
    });
    if (!checked.ok) return checked;
    const before = await snapshot(tx, role);
    await roles.remove(tx, organizationId, roleId);
    await recordSetting(tx, {
      ...{ organizationId, actor, surface, at, action: "role.deleted", subject },
      before,
      after: null,
    });
    return accept(null);
  });
}
