import { cleanName } from "../../domain/shared/clean-text.ts";
import type { ByView } from "../../queries/requests/request-view.ts";
import { cutName, escapeWithin, isolated } from "./text.ts";

/** A name is cut to this many characters, so that no sentence with names outgrows its limit. */
const nameLimit = 60;

/** Returns a name for running text: on one line, at most 60 characters, and with its own writing direction. */
export const shortName = (name: string): string => isolated(cutName(cleanName(name), nameLimit));

/** Returns who did something: "Ada", "Ada through token CI", or "Signoff (no review is needed)". */
export function byWords(by: ByView): string {
  if (by.person === null) return `Signoff (${by.reason})`;
  return `${shortName(by.person.name)}${throughWords(by)}`;
}

const throughWords = ({ through }: { through?: string }): string =>
  through === undefined ? "" : ` through token ${shortName(through)}`;

/** Writes down who decided: by name, or by a mention that Slack fills in. */
export type NamesWho = (by: ByView) => string;

/** Stands around the ID of a person to mention. Names and other people's text cannot have it: it is cleaned out of them. */
const mark = "\u0001";

const markWho: NamesWho = (by) =>
  by.person === null ? byWords(by) : `${mark}${by.person.id}${mark}${throughWords(by)}`;

/**
 * Returns words as mrkdwn of at most `limit` characters, in which whoever decided is mentioned. Nobody can take another
 * person's name in a mention. Only for blocks: a mention in the text of a message would notify people.
 *
 * @param words returns the words, given what names people
 */
export function withMentions(words: (who: NamesWho) => string, limit: number): string {
  const parts = escapeWithin(words(markWho), limit).split(mark);
  return parts.map((part, i) => (i % 2 === 0 ? part : i + 1 < parts.length ? `<@${part}>` : "")).join("");
}
