import type { Role } from "../../../db/people/roles.ts";
import { fault, type Loading } from "./loading.ts";
import type { SeedPath } from "./seed-report.ts";

/** The roles of the organization under the names that a file may use for them. */
export class RoleNames {
  readonly #ids = new Map<string, string | null>();
  readonly #deleted = new Set<string>();

  /** @param id null for a role with a fault, which is reported elsewhere */
  add(name: string, id: string | null): void {
    this.#ids.set(keyOf(name), id);
  }

  /**
   * Adds names that are remembered: of roles that were renamed since, and of roles that were deleted since. `--force` forgets
   * the deleted ones, so that the file creates them again.
   */
  addRemembered(loading: Loading, stored: readonly Role[]): void {
    const remembered = rememberedNames(loading);
    const exists = (id: string) => stored.some((role) => role.id === id);
    for (const { id, name } of [...remembered].sort((a, b) => Number(exists(b.id)) - Number(exists(a.id)))) {
      if (this.#ids.has(keyOf(name)) || (loading.force && !exists(id))) continue;
      this.add(name, id);
      if (exists(id)) continue;
      this.#deleted.add(id);
      loading.names.set(id, name);
    }
  }

  /** Returns the id under a name; null for a role with a fault, and undefined for none. */
  find(name: string): string | null | undefined {
    return this.#ids.get(keyOf(name));
  }

  isDeleted(id: string): boolean {
    return this.#deleted.has(id);
  }

  /** Returns the ids of these roles. A role that does not exist is reported at its place of the file. */
  resolve(loading: Loading, names: readonly string[], path: SeedPath): string[] {
    return names.flatMap((name, i) => {
      const id = this.find(name);
      if (id !== undefined) return id === null ? [] : [id];
      fault(loading, [...path, i], `There is no role ${name}, neither in this file nor in Signoff.`);
      return [];
    });
  }

  /** Reports roles that are to be used and were deleted. */
  checkExisting(loading: Loading, ids: readonly string[], path: SeedPath): void {
    for (const id of ids.filter((id) => this.isDeleted(id))) {
      const words = `The role ${loading.names.get(id) ?? id} was deleted since a file was last loaded. Take it out, or load the file with --force: a role in the file is then created again.`;
      fault(loading, path, words);
    }
  }
}

export const keyOf = (name: string): string => name.trim().toLowerCase();

const nameKey = /^role:(?<id>[^/]+)\/name$/;

/** Returns the names that a file gave to roles. */
function rememberedNames({ remembered }: Loading): { id: string; name: string }[] {
  return [...remembered].flatMap(([key, { value, said }]) => {
    const id = nameKey.exec(key)?.groups?.id;
    return id !== undefined && said && typeof value === "string" ? [{ id, name: value }] : [];
  });
}
