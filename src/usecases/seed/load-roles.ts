import * as roles from "../../../db/people/roles.ts";
import { deleteRole } from "../people/delete-role.ts";
import { createRole, saveRole } from "../people/save-role.ts";
import { decide, done, fault, type Loading, note, unlessRefused } from "./loading.ts";
import { type Broken, isBroken, type SeedRole } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { showText } from "./show-values.ts";

/** A role of the file that exists by now. */
export type LoadedRole = { role: SeedRole; path: SeedPath; id: string; isNew: boolean };

/** The roles of the organization under the names that a file may use for them. */
export class RoleNames {
  readonly #ids = new Map<string, string | null>();

  /** @param id null for a role with a fault, which is reported elsewhere */
  add(name: string, id: string | null): void {
    this.#ids.set(keyOf(name), id);
  }

  /** Returns the ids of these roles. A role that does not exist is reported at its place of the file. */
  resolve(loading: Loading, names: readonly string[], path: SeedPath): string[] {
    return names.flatMap((name, i) => {
      const id = this.#ids.get(keyOf(name));
      if (id !== undefined) return id === null ? [] : [id];
      fault(loading, [...path, i], `There is no role ${name}, neither in this file nor in Signoff.`);
      return [];
    });
  }
}

const keyOf = (name: string): string => name.trim().toLowerCase();

/**
 * Creates and renames the roles that a file names, without their members: the projects in which they hold a role may be
 * new, too. Roles that it leaves out stay as they are.
 */
export async function loadRoles(
  loading: Loading,
  list: readonly (SeedRole | Broken)[],
): Promise<{ names: RoleNames; loaded: LoadedRole[] }> {
  const names = new RoleNames();
  const stored = await roles.list(loading.tx, loading.by.organizationId);
  for (const { id, name } of stored) {
    names.add(name, id);
    loading.names.set(id, name);
  }
  const loaded: LoadedRole[] = [];
  for (const [i, role] of list.entries()) {
    if (isBroken(role)) {
      names.add(role.broken, null);
      continue;
    }
    const path = ["roles", i];
    const existing = findRole(stored, role);
    if (existing === undefined && role.deleted) {
      note(loading, path, `role ${role.name}`, "does not exist, so there is nothing to delete");
      continue;
    }
    const id = existing === undefined ? await create(loading, role, path) : existing.id;
    names.add(role.name, id ?? null);
    if (id === undefined) continue;
    if (existing !== undefined) await rename(loading, existing, role, path);
    loading.names.set(id, role.name);
    loaded.push({ role, path, id, isNew: existing === undefined });
  }
  return { names, loaded };
}

function findRole(stored: readonly roles.Role[], { name, previousName }: SeedRole): roles.Role | undefined {
  const find = (wanted: string | undefined) =>
    wanted === undefined ? undefined : stored.find((role) => keyOf(role.name) === keyOf(wanted));
  return find(name) ?? find(previousName);
}

async function create(loading: Loading, { name }: SeedRole, path: SeedPath): Promise<string | undefined> {
  const holders = { projectId: null, memberIds: [] };
  const created = await createRole(loading.context, { ...loading.by, name, holders });
  const value = unlessRefused(loading, created, () => [...path, "name"]);
  if (value === undefined) return undefined;
  loading.memory.set(`role:${value.roleId}/name`, name);
  done(loading, path, `role ${name}`, "created");
  return value.roleId;
}

async function rename(loading: Loading, stored: roles.Role, role: SeedRole, path: SeedPath): Promise<void> {
  // The Admin role has one name, in whatever case the file writes it.
  if (stored.admin && keyOf(stored.name) === keyOf(role.name)) return;
  const name = decide(loading, {
    ...{ path: [...path, "name"], key: `role:${stored.id}/name`, subject: `role ${stored.name}` },
    ...{ setting: "name", file: role.name, stored: stored.name, replaces: role.previousName, show: showText },
  });
  if (name === stored.name) return;
  const { id: roleId, version } = stored;
  const saved = await saveRole(loading.context, { ...loading.by, roleId, version, name, holders: null });
  unlessRefused(loading, saved, () => [...path, "name"]);
}

/** Deletes the roles that a file says are deleted. By now nothing of the file uses them. */
export async function deleteRoles(loading: Loading, loaded: readonly LoadedRole[]): Promise<void> {
  for (const { role, path, id } of loaded) {
    if (!role.deleted) continue;
    const stored = await roles.find(loading.tx, loading.by.organizationId, id);
    if (stored === undefined) continue;
    const { version } = stored;
    const deleted = await deleteRole(loading.context, { ...loading.by, roleId: id, version });
    if (unlessRefused(loading, deleted, () => [...path, "deleted"]) === undefined) continue;
    done(loading, path, `role ${stored.name}`, "deleted");
  }
}
