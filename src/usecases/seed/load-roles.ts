import * as roles from "../../../db/people/roles.ts";
import { checkName } from "../../domain/shared/check-name.ts";
import { deleteRole } from "../people/delete-role.ts";
import { createRole, saveRole } from "../people/save-role.ts";
import { decide, done, fault, type Loading, note, remember, unlessRefused } from "./loading.ts";
import { keyOf, RoleNames } from "./role-names.ts";
import { type Broken, isBroken, type SeedRole } from "./seed-content.ts";
import type { SeedPath } from "./seed-report.ts";
import { showFlag, showText } from "./show-values.ts";

/** A role of the file that exists by now. */
export type LoadedRole = { role: SeedRole; path: SeedPath; id: string; isNew: boolean };

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
  names.addRemembered(loading, stored);
  const loaded: LoadedRole[] = [];
  for (const [i, role] of list.entries()) {
    if (isBroken(role)) {
      names.add(role.broken, null);
      continue;
    }
    // What an earlier item of the file renames has left its name.
    const free = stored.filter(({ id }) => !loaded.some((one) => one.id === id && one.role.previousName));
    const one = await loadRole(loading, { role, path: ["roles", i] }, free, names);
    if (one !== undefined && loaded.some(({ id }) => id === one.id)) {
      fault(
        loading,
        one.path,
        `The role ${role.name} is there twice, under its present and its former name.`,
      );
      continue;
    }
    if (one !== undefined) loaded.push(one);
  }
  return { names, loaded };
}

type NamedRole = Pick<LoadedRole, "role" | "path">;

/** Creates or renames a role; undefined if there is nothing more to load of it. */
async function loadRole(
  loading: Loading,
  { role, path }: NamedRole,
  stored: readonly roles.Role[],
  names: RoleNames,
): Promise<LoadedRole | undefined> {
  const { name, previousName } = role;
  const known = names.find(name) ?? (previousName === undefined ? undefined : names.find(previousName));
  const existing = stored.find(({ id }) => id === known);
  if (existing === undefined && role.deleted) {
    note(loading, path, `role ${name}`, "does not exist, so there is nothing to delete");
    if (known) forgetRole(loading, known);
    return undefined;
  }
  if (existing === undefined && known && names.isDeleted(known)) {
    keepDeleted(loading, { role, path });
    names.add(name, known);
    return undefined;
  }
  const id = existing === undefined ? await create(loading, role, path) : existing.id;
  names.add(name, id ?? null);
  if (id === undefined) return undefined;
  if (existing !== undefined) await rename(loading, existing, role, path);
  const deleted = decideDeleted(loading, existing, { role, path });
  return { role: { ...role, deleted }, path, id, isNew: existing === undefined };
}

/** A role that was deleted elsewhere stays deleted, though the file still names it. */
function keepDeleted(loading: Loading, { role, path }: NamedRole): void {
  loading.lines.push({
    ...{ kind: "kept", why: "changed-elsewhere", path, subject: `role ${role.name}`, setting: "the role" },
    ...{ stored: "deleted", file: "that it exists" },
  });
}

/** After a file deleted a role, a file may create it again. */
const forgetRole = (loading: Loading, id: string): void => remember(loading, `role:${id}/name`, null, true);

/** Returns whether a role is to be deleted. One that somebody made again since stays. */
function decideDeleted(loading: Loading, stored: roles.Role | undefined, { role, path }: NamedRole): boolean {
  if (stored === undefined) return false;
  const count = loading.lines.length;
  const deleted = decide(loading, {
    ...{ path: [...path, "deleted"], key: `role:${stored.id}/deleted`, subject: `role ${stored.name}` },
    ...{ setting: "deleted", file: role.deleted, stored: false, show: showFlag },
  });
  // The deletion itself is reported once it is done.
  if (deleted) loading.lines.splice(count);
  return deleted;
}

async function create(loading: Loading, { name }: SeedRole, path: SeedPath): Promise<string | undefined> {
  const holders = { projectId: null, memberIds: [] };
  const created = await createRole(loading.context, { ...loading.by, name, holders });
  const value = unlessRefused(loading, created, () => [...path, "name"]);
  if (value === undefined) return undefined;
  remember(loading, `role:${value.roleId}/name`, name, true);
  remember(loading, `role:${value.roleId}/deleted`, false, false);
  loading.names.set(value.roleId, name);
  done(loading, path, `role ${name}`, "created");
  return value.roleId;
}

async function rename(loading: Loading, stored: roles.Role, role: SeedRole, path: SeedPath): Promise<void> {
  // The Admin role has one name, in whatever case the file writes it.
  if (stored.admin && keyOf(stored.name) === keyOf(role.name)) return;
  const name = decide(loading, {
    ...{ path: [...path, "name"], key: `role:${stored.id}/name`, subject: `role ${stored.name}` },
    ...{ setting: "name", file: role.name, stored: stored.name, replaces: role.previousName, show: showText },
    check: (name, present) => checkName("role", name, present),
  });
  if (name === stored.name) return;
  const { id: roleId, version } = stored;
  const saved = await saveRole(loading.context, { ...loading.by, roleId, version, name, holders: null });
  if (unlessRefused(loading, saved, () => [...path, "name"]) !== undefined) loading.names.set(roleId, name);
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
    forgetRole(loading, id);
    done(loading, path, `role ${stored.name}`, "deleted");
  }
}
