import { randomUUID } from "node:crypto";
import { listProjects } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { addedHolders, checkHolders } from "../../domain/people/role.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { type By, type EditRole, editRole, namesake, roleSubject, snapshot } from "./edit-role.ts";

/** Who shall hold a role in one place; the others are left as they are. */
export type Holders = {
  /** Null: for the whole organization. */
  projectId: string | null;
  memberIds: readonly MemberId[];
};

export type CreateRole = By & { name: string; holders: Holders };

/**
 * Creates a role with its first members.
 *
 * Refuses `not-admin`, `name-taken`, `not-found` (the project), `not-full-members`.
 */
export async function createRole(
  context: Context,
  { organizationId, actor, surface, name, holders }: CreateRole,
): Promise<Result<{ roleId: string }>> {
  return commit<{ roleId: string }>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const taken = await namesake(tx, organizationId, name, null);
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    const id = randomUUID();
    const role = { organizationId, id, name, admin: false, groupId: null, groupProjectIds: null, version: 1 };
    await roles.add(tx, role);
    const held = await hold(tx, role, holders);
    if (!held.ok) return held;
    const facts = { organizationId, actor, surface, at, action: "role.created", subject: roleSubject(id) };
    await recordSetting(tx, { ...facts, before: null, after: await snapshot(tx, role) });
    return accept({ roleId: id });
  });
}

export type SaveRole = EditRole & {
  name: string;
  /** Null: its members are left alone, for instance those of a bound role. */
  holders: Holders | null;
};

/**
 * Renames a role and sets who holds it in one place.
 *
 * Refuses `not-admin`, `not-found`, `stale`, `name-taken`, `admin-role`, `role-bound`, `not-full-members`, `last-admin`.
 */
export function saveRole(context: Context, input: SaveRole): Promise<Result<{ version: number }>> {
  const { organizationId, name, holders } = input;
  return editRole(context, input, "role.saved", async (tx, role) => {
    if (role.admin && name !== role.name) return refuse({ code: "admin-role" });
    const taken = await namesake(tx, organizationId, name, role.id);
    if (taken !== undefined) return refuse({ code: "name-taken", name: taken });
    if (holders !== null) {
      const held = await hold(tx, role, holders);
      if (!held.ok) return held;
    }
    return accept({ ...role, name });
  });
}

/** Replaces who holds a role in one place, after the rule has agreed. */
async function hold(tx: Tx, role: roles.Role, { projectId, memberIds }: Holders): Promise<Result<null>> {
  const { organizationId } = role;
  if (projectId !== null) {
    const projects = await listProjects(tx, organizationId);
    if (!projects.some(({ id }) => id === projectId)) return refuse({ code: "not-found", what: "project" });
  }
  const current = await roles.holdingsOf(tx, organizationId, role.id);
  const here = current.filter((one) => one.projectId === projectId).map((one) => one.memberId);
  const elsewhere = current.filter((one) => one.projectId !== projectId);
  const next = [...elsewhere, ...[...new Set(memberIds)].map((memberId) => ({ memberId, projectId }))];
  const people = await members.findMany(
    tx,
    organizationId,
    next.map(({ memberId }) => memberId),
  );
  const added = addedHolders(here, memberIds).map((id) => ({
    id,
    name: people.get(id)?.name ?? id,
    status: people.get(id)?.status ?? ("unknown" as const),
  }));
  const active = next.filter(({ memberId }) => people.get(memberId)?.status === "active").length;
  const checked = checkHolders(role, { projectId }, added, active);
  if (checked.ok) await roles.setHoldings(tx, role, next);
  return checked;
}
