import { randomUUID } from "node:crypto";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { addedHolders, checkHolders } from "../../domain/people/role.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";
import { type EditRole, editRole, findSameRoleName, roleSnapshot, roleSubject } from "./edit-role.ts";

/** Who is to hold a role in one scope; its holders elsewhere stay the same. */
export type Holders = {
  /** The project in which they hold it; null: the whole organization. */
  projectId: string | null;
  memberIds: readonly MemberId[];
};

export type CreateRole = By & { name: string; holders: Holders };

/**
 * Creates a role with its first holders. Returns its id.
 *
 * Refuses `not-admin`, `name-unusable`, `name-taken`, `not-found` (the project), `not-full-members`.
 */
export async function createRole(context: Context, input: CreateRole): Promise<Result<{ roleId: string }>> {
  const { organizationId, name, holders } = input;
  const roleId = randomUUID();
  const target = {
    lock: async () => accept(null),
    audit: () => ({ subject: roleSubject(roleId), action: "role.created" }),
    snapshot: async () => null,
  };
  return changeSetting<null, object, { roleId: string }>(context, input, target, async (tx) => {
    const usable = checkName("role", name);
    if (!usable.ok) return usable;
    const taken = await findSameRoleName(tx, organizationId, name, null);
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    const unbound = { admin: false, groupId: null, groupProjectIds: null };
    const role = { organizationId, id: roleId, name, ...unbound, version: 1 };
    await roles.add(tx, role);
    const replaced = await replaceHolders(tx, role, holders);
    if (!replaced.ok) return replaced;
    return accept({ after: await roleSnapshot(tx, role), value: { roleId } });
  });
}

export type SaveRole = EditRole & {
  name: string;
  /** Null: its holders stay the same, for instance those of a bound role. */
  holders: Holders | null;
};

/**
 * Renames a role and sets who holds it in one scope. Returns the role's version.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-unusable`, `name-taken`, `admin-role`, `role-bound`,
 * `not-full-members`, `last-admin`.
 */
export function saveRole(context: Context, input: SaveRole): Promise<Result<{ version: number }>> {
  const { organizationId, name, holders } = input;
  const work = async (tx: Tx, role: roles.Role): Promise<Result<roles.Role>> => {
    if (role.admin && name !== role.name) return refuse({ code: "admin-role" });
    const usable = checkName("role", name, role.name);
    if (!usable.ok) return usable;
    // A role keeps its name, even if an earlier version stored another one with the same name in another case.
    const isRenamed = name !== role.name;
    const taken = isRenamed ? await findSameRoleName(tx, organizationId, name, role.id) : undefined;
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    if (holders !== null) {
      const replaced = await replaceHolders(tx, role, holders);
      if (!replaced.ok) return replaced;
    }
    return accept({ ...role, name });
  };
  return editRole(context, input, "role.saved", work, { renames: true });
}

/**
 * Replaces the holders of a role in one scope.
 *
 * Refuses `not-found` (the project), `role-bound`, `not-full-members`, `last-admin`.
 */
async function replaceHolders(
  tx: Tx,
  role: roles.Role,
  { projectId, memberIds }: Holders,
): Promise<Result<null>> {
  const { organizationId } = role;
  if (projectId !== null) {
    const projects = await listProjects(tx, organizationId);
    if (!projects.some(({ id }) => id === projectId)) return refuse({ code: "not-found", what: "project" });
  }
  const current = await roles.holdingsOf(tx, organizationId, role.id);
  const inScope = current.filter((holding) => holding.projectId === projectId);
  const elsewhere = current.filter((holding) => holding.projectId !== projectId);
  const next = [...elsewhere, ...[...new Set(memberIds)].map((memberId) => ({ memberId, projectId }))];
  const people = await members.findMany(
    tx,
    organizationId,
    next.map(({ memberId }) => memberId),
  );
  const heldBy = inScope.map(({ memberId }) => memberId);
  const added = addedHolders(heldBy, memberIds).map((id) => ({
    id,
    name: people.get(id)?.name ?? id,
    status: people.get(id)?.status ?? ("unknown" as const),
  }));
  const active = next.filter(({ memberId }) => people.get(memberId)?.status === "active").length;
  const checked = checkHolders(role, { projectId }, added, active);
  if (checked.ok) await roles.setHoldings(tx, role, next);
  return checked;
}
