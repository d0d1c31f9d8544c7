import type { MrkdwnElement, PlainTextElement } from "@slack/types";
import { cleanName } from "../../domain/shared/clean-text.ts";
import { cutMrkdwn, cutTo, escaped } from "./escape.ts";

export { cutTo, escaped, escapeWithin, unescaped } from "./escape.ts";

/** The most characters that Slack takes: https://docs.slack.dev/reference/block-kit/blocks (section, header, context) and its elements. */
export const textLimits = {
  section: 3000,
  field: 2000,
  header: 150,
  context: 2000,
  button: 75,
  option: 75,
} as const;

/**
 * Returns a name of at most `limit` characters. Of an image reference with its digest, the end of the name and the first
 * 12 digits are kept, because they tell it apart: "app@sha256:3f1c9a0d2b4e…".
 */
export function cutName(text: string, limit: number): string {
  const [, name = "", digest = ""] = /([^/@]*)(@sha\d+:[0-9a-f]{12})[0-9a-f]*…?$/i.exec(text) ?? [];
  const room = limit - digest.length - 1;
  if (text.length <= limit || digest === "" || room < 2) return cutTo(text, limit);
  return `${cutTo(name, room)}${digest}…`;
}

const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a name on one line, without hidden characters, that does not affect the writing direction of the text around
 * it. Without this, "source → target" with two right-to-left names would be displayed reversed, as if the promotion went
 * from target to source. Source: https://www.w3.org/International/questions/qa-bidi-unicode-controls
 */
export function isolated(name: string): string {
  const text = cleanName(name) || "(no name)";
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/**
 * Returns a mrkdwn text object of at most `limit` characters. The caller escapes people's text in it; nothing in it is
 * linked automatically.
 */
export function mrkdwn(text: string, limit: number = textLimits.section): MrkdwnElement {
  return { type: "mrkdwn", text: cutMrkdwn(text, limit), verbatim: true };
}

/** Returns a plain text object cut to `limit` characters, in which markup has no effect. Slack refuses an empty one, so it becomes a space. */
export function plain(text: string, limit: number = textLimits.section): PlainTextElement {
  return { type: "plain_text", text: cutTo(text, limit) || " ", emoji: true };
}

/**
 * Returns mrkdwn for a date and time in each reader's own time zone. Clients that cannot format it show UTC.
 * Source: https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function moment(at: Date): string {
  return dateToken(at, "{date_short_pretty} at {time}");
}

/** Returns mrkdwn for a date and time and how long ago that was. The reader's Slack client keeps the age current. */
export function momentAndAge(at: Date): string {
  return dateToken(at, "{date_short_pretty} at {time}, {ago}");
}

function dateToken(at: Date, pattern: string): string {
  const fallback = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `<!date^${Math.floor(at.getTime() / 1000)}^${pattern}|${fallback}>`;
}

/** The most characters of a list of names, once they are escaped: two lists then fit in a section. */
const listLimit = 900;

/**
 * Returns "Bob", "Bob and Carol", or "Bob, Carol and 3 others". Lists `most` names, or one more if only one would be
 * left out, and fewer where they would be longer than `limit` once they are escaped.
 */
export function nameList(names: readonly string[], most = 5, limit = listLimit): string {
  let shown = names.length > most + 1 ? most : names.length;
  while (shown > 1 && escaped(listOf(names, shown)).length > limit) shown -= 1;
  return listOf(names, shown);
}

function listOf(names: readonly string[], shown: number): string {
  const rest = names.length - shown;
  const parts = rest > 0 ? [...names.slice(0, shown), countWords(rest, "other")] : names;
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/**
 * Joins parts of mrkdwn: at least one, at most `most`, and as many as fit in `limit` characters.
 *
 * @param moreWords returns what stands for the parts that are left out
 */
export function joinWithin(
  parts: readonly string[],
  separator: string,
  limit: number,
  moreWords: (rest: number) => string,
  most = parts.length,
): string {
  const join = (shown: number): string => {
    const rest = parts.length - shown;
    return [...parts.slice(0, shown), ...(rest > 0 ? [moreWords(rest)] : [])].join(separator);
  };
  let shown = Math.min(most, parts.length);
  while (shown > 1 && join(shown).length > limit) shown -= 1;
  return join(shown);
}

/** Returns "1 commit" or "5 commits". */
export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
