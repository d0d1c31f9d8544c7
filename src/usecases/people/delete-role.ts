import type { Tx } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { checkDelete } from "../../domain/people/role.ts";
import { accept, type Result } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { Context } from "../shared/context.ts";
import { type EditRole, roleTarget } from "./edit-role.ts";

/**
 * Deletes a role that nothing refers to. The audit log keeps what was decided under it.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `admin-role`, `role-in-use`.
 */
export function deleteRole(context: Context, input: EditRole): Promise<Result<null>> {
  const { organizationId, roleId } = input;
  const role = roleTarget(input, "role.deleted");
  const target = {
    ...role,
    async lock(tx: Tx) {
      // Prevents a concurrent save of the workflow from starting to use the role.
      await workflows.lock(tx, organizationId);
      return role.lock(tx);
    },
  };
  return changeSetting(context, input, target, async (tx, { state }) => {
    const workflow = await workflows.current(tx, organizationId);
    const checked = checkDelete(state, {
      workflow: workflow.roleIds.includes(roleId),
      projects: await roles.usedByProjects(tx, organizationId, roleId),
    });
    if (!checked.ok) return checked;
    await roles.remove(tx, organizationId, roleId);
    return accept({ after: null, value: null });
  });
}
