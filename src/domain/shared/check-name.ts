import { isCleanName } from "./clean-text.ts";
import type { NamedThing } from "./refusals.ts";
import { accept, type Result, refuse } from "./result.ts";

/** The most characters in the name of a project, an environment, an integration, or a role. */
export const nameLimit = 100;

/** A name needs something that shows. U+2800 is a blank that Unicode counts as a symbol. */
const showing = /[^\s\u2800]/u;

/**
 * Checks a new or changed name, at every entry point. A stored name that stays as it is was taken by an earlier version
 * and is not checked.
 *
 * @param stored the current name; null for something new
 * Refuses `name-unusable`.
 */
export function checkName(what: NamedThing, name: string, stored: string | null = null): Result<null> {
  if (name === stored) return accept(null);
  const refused = { code: "name-unusable", what, name, limit: nameLimit } as const;
  if (!isCleanName(name)) return refuse({ ...refused, why: "hidden" });
  if (!showing.test(name)) return refuse({ ...refused, why: "empty" });
  return name.length > nameLimit ? refuse({ ...refused, why: "too-long" }) : accept(null);
}
