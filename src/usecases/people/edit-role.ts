import { isDeepStrictEqual } from "node:util";
import type { Tx } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { sameName } from "../../domain/shared/same-name.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";

export type EditRole = By & {
  roleId: string;
  /** The version that the person saw. */
  version: number;
};

/**
 * Changes a role on behalf of an admin. The work returns the role as it is to be stored; the version rises only if
 * something changed. Returns the role's version.
 *
 * @param options.renames whether the work may change the name, so that names are locked
 *
 * Refuses `not-admin`, `not-found`, `stale`, and what the work refuses.
 */
export function editRole(
  context: Context,
  input: EditRole,
  action: string,
  work: (tx: Tx, role: roles.Role) => Promise<Result<roles.Role>>,
  { renames = false } = {},
): Promise<Result<{ version: number }>> {
  const target = roleTarget(input, action, { renames });
  return changeSetting(context, input, target, async (tx, { state: role, before }) => {
    const next = await work(tx, role);
    if (!next.ok) return next;
    const after = await roleSnapshot(tx, next.value);
    const version = isDeepStrictEqual(before, after) ? role.version : role.version + 1;
    if (version !== role.version) await roles.save(tx, { ...next.value, version });
    return accept({ after, value: { version } });
  });
}

/** Returns what `changeSetting` needs for an existing role. Locking it refuses `not-found`. */
export function roleTarget(
  { organizationId, roleId, version }: EditRole,
  action: string,
  { renames = false } = {},
) {
  return {
    async lock(tx: Tx): Promise<Result<roles.Role>> {
      if (renames) await roles.lockRoleNames(tx, organizationId);
      const role = await roles.lock(tx, organizationId, roleId);
      return role === undefined ? refuse({ code: "not-found", what: "role" }) : accept(role);
    },
    audit: () => ({ subject: roleSubject(roleId), action }),
    isSeen: (role: roles.Role) => role.version === version,
    snapshot: roleSnapshot,
  };
}

export const roleSubject = (roleId: string): string => `role:${roleId}`;

/** Returns what the audit log keeps of a role. */
export async function roleSnapshot(tx: Tx, role: roles.Role): Promise<object> {
  const { organizationId, id, name, groupId, groupProjectIds } = role;
  return { name, groupId, groupProjectIds, holdings: await roles.holdingsOf(tx, organizationId, id) };
}

/**
 * Returns the name of another role that people could not tell from this name; undefined if there is none.
 * Locks the names, so that nobody takes this one before the transaction ends.
 */
export async function findSameRoleName(
  tx: Tx,
  organizationId: string,
  name: string,
  exceptId: string | null,
): Promise<string | undefined> {
  await roles.lockRoleNames(tx, organizationId);
  const all = await roles.list(tx, organizationId);
  return all.find((role) => role.id !== exceptId && sameName(role.name, name))?.name;
}
