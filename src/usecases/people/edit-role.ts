import { isDeepStrictEqual } from "node:util";
import { lastChange } from "../../../db/audit/settings-history.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type By = { organizationId: string; actor: Actor; surface: Surface };

export type EditRole = By & {
  roleId: string;
  /** The version that the person saw. */
  version: number;
};

/**
 * What every change of a role goes through: by an admin, under the role's lock, on the version that they saw, audited
 * (R12). What changes nothing makes no version.
 *
 * Refuses `not-admin`, `not-found`, `stale`.
 */
export function editRole(
  context: Context,
  input: EditRole,
  action: string,
  work: (tx: Tx, role: roles.Role) => Promise<Result<roles.Role>>,
): Promise<Result<{ version: number }>> {
  const { organizationId, roleId, actor, surface } = input;
  return commit<{ version: number }>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const role = await roles.lock(tx, organizationId, roleId);
    if (role === undefined) return refuse({ code: "not-found", what: "role" });
    if (role.version !== input.version) {
      return refuse({ code: "stale", ...(await lastChange(tx, organizationId, roleSubject(roleId))) });
    }
    const before = await snapshot(tx, role);
    const next = await work(tx, role);
    if (!next.ok) return next;
    const after = await snapshot(tx, next.value);
    if (isDeepStrictEqual(before, after)) return accept({ version: role.version });
    const version = role.version + 1;
    await roles.save(tx, { ...next.value, version });
    const facts = { organizationId, actor, surface, at, action, subject: roleSubject(roleId) };
    await recordSetting(tx, { ...facts, before, after });
    return accept({ version });
  });
}

export const roleSubject = (roleId: string): string => `role:${roleId}`;

/** What of a role the audit log keeps. */
export async function snapshot(tx: Tx, role: roles.Role): Promise<object> {
  const { organizationId, id, name, groupId, groupProjectIds } = role;
  return { name, groupId, groupProjectIds, holdings: await roles.holdingsOf(tx, organizationId, id) };
}

/** The name of another role that is like this one, whatever its capitals. */
export async function namesake(
  tx: Tx,
  organizationId: string,
  name: string,
  except: string | null,
): Promise<string | undefined> {
  const wanted = name.toLowerCase();
  const all = await roles.list(tx, organizationId);
  return all.find((role) => role.id !== except && role.name.toLowerCase() === wanted)?.name;
}
