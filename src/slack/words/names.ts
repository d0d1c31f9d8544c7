import { cleanName } from "../../domain/shared/clean-text.ts";
import type { ByView } from "../../queries/requests/request-view.ts";
import { cutName, isolated } from "./text.ts";

/** A name is cut to this many characters, so that no sentence with names outgrows its limit. */
const nameLimit = 60;

/** Returns a name for running text: on one line, at most 60 characters, and with its own writing direction. */
export const shortName = (name: string): string => isolated(cutName(cleanName(name), nameLimit));

/** Returns who did something: "Ada", "Ada through token CI", or "Signoff (no review is needed)". */
export function byWords(by: ByView): string {
  if (by.person === null) return `Signoff (${by.reason})`;
  const token = by.through === undefined ? "" : ` through token ${shortName(by.through)}`;
  return `${shortName(by.person.name)}${token}`;
}
