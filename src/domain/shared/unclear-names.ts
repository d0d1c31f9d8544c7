import { isCleanName } from "./clean-text.ts";
import { sameName } from "./same-name.ts";

/** A name that is in use. */
export type StoredName = {
  what: "project" | "environment" | "integration" | "role" | "token";
  name: string;
  /** The slugs that lead to it, such as `commerce/staging`; null for what has none. */
  path: string | null;
  /** The project within which the name must be the only one; null for the whole organization. */
  scope: string | null;
};

export type UnclearNames = {
  /** Names with line breaks or hidden characters. */
  hidden: StoredName[];
  /** Groups of names that people cannot tell apart. */
  same: StoredName[][];
};

/** Returns the names that were stored before they were checked, and that would be refused if they were new. */
export function findUnclearNames(names: readonly StoredName[]): UnclearNames {
  const groups: StoredName[][] = [];
  for (const name of names) {
    const group = groups.find(([first]) => first !== undefined && isSame(first, name));
    if (group === undefined) groups.push([name]);
    else group.push(name);
  }
  return {
    hidden: names.filter(({ name }) => !isCleanName(name)),
    same: groups.filter(({ length }) => length > 1),
  };
}

const isSame = (one: StoredName, other: StoredName): boolean =>
  one.what === other.what && one.scope === other.scope && sameName(one.name, other.name);
