/** The three values of a setting that a seed file sets. Undefined: there is none. */
export type SettingValues<T> = {
  /** What the file says. */
  file: T;
  /** What is stored. */
  stored: T;
  /** What was in force by the last load: what the file said then or, if it said nothing, what was stored. */
  remembered: T | undefined;
};

/**
 * What loading a file does to a setting:
 * - `same`: the file says what is stored
 * - `load`: only the file changed, so its value is stored
 * - `keep`: only the stored value changed, or no load is remembered, so the stored value stays
 * - `conflict`: both changed, to different values
 */
export type MergeOutcome = "same" | "load" | "keep" | "conflict";

/**
 * Decides what a load does to a setting (a three-way merge). Without a remembered load, the stored value stays: nobody
 * knows whether the file or the stored value is newer.
 *
 * @param force whether the file wins
 */
export function mergeSetting<T>(
  { file, stored, remembered }: SettingValues<T>,
  isEqual: (one: T, other: T) => boolean,
  force: boolean,
): MergeOutcome {
  if (isEqual(file, stored)) return "same";
  if (force) return "load";
  if (remembered === undefined || isEqual(file, remembered)) return "keep";
  return isEqual(stored, remembered) ? "load" : "conflict";
}

/**
 * Returns the whole order of a pipeline if the named environments are put in this order. The others keep their place.
 *
 * @param stored the ids of all environments, in order
 * @param named the ids of those that the file names, in the file's order
 */
export function applyOrder(stored: readonly string[], named: readonly string[]): string[] {
  const moved = named.filter((id) => stored.includes(id));
  let next = 0;
  return stored.map((id) => (moved.includes(id) ? (moved[next++] ?? id) : id));
}

/** Returns whether two pipelines have the environments that are in both in the same order. */
export function sameOrder(one: readonly string[], other: readonly string[]): boolean {
  const inBoth = one.filter((id) => other.includes(id));
  return inBoth.join() === other.filter((id) => one.includes(id)).join();
}

/**
 * Returns a pipeline with further environments in it, each right after the one before it in the file. An environment that
 * the file names first comes right before the next one that is there already, or last if none is.
 *
 * @param present the ids of the environments that are there already, in order
 * @param wanted the ids in the file's order, with the further ones
 */
export function insertInOrder(present: readonly string[], wanted: readonly string[]): string[] {
  const next = [...present];
  for (const [i, id] of wanted.entries()) {
    if (next.includes(id)) continue;
    const before = i === 0 ? -1 : next.indexOf(wanted[i - 1] ?? "");
    const following = wanted.slice(i + 1).find((other) => next.includes(other));
    const at = before >= 0 ? before + 1 : following === undefined ? next.length : next.indexOf(following);
    next.splice(at, 0, id);
  }
  return next;
}
