import type { MrkdwnElement, PlainTextElement } from "@slack/types";

/** The most characters that Slack takes: https://docs.slack.dev/reference/block-kit/blocks (section, header, context) and its elements. */
export const textLimits = {
  section: 3000,
  field: 2000,
  header: 150,
  context: 2000,
  button: 75,
  option: 75,
} as const;

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** Escapes people's text for mrkdwn, so that it cannot mention anyone or disguise a link. */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] as string);
}

/** Returns what a person typed after a command. Slack escapes &, < and > in it. */
export function unescaped(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Returns escaped text of at most `limit` characters, cut between graphemes and never inside an entity. */
export function escapeWithin(text: string, limit: number): string {
  return cut(text, limit, escaped);
}

/** Returns text of at most `limit` characters, cut between graphemes. A cut text ends with "…". */
export function cutTo(text: string, limit: number): string {
  return cut(text, limit, (part) => part);
}

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

function cut(text: string, limit: number, encode: (part: string) => string): string {
  const whole = encode(text);
  if (whole.length <= limit) return whole;
  let start = "";
  for (const { segment } of graphemes.segment(text)) {
    const next = encode(segment);
    if (start.length + next.length > limit - 1) break;
    start += next;
  }
  return `${start}…`;
}

/** Invisible characters that change the writing direction of the text after them. */
const directionControls = /[\u202a-\u202e\u2066-\u2069]/g;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Returns a name that does not affect the writing direction of the text around it. Without this, "source → target" with
 * two right-to-left names would be displayed reversed, as if the promotion went from target to source.
 * Source: https://www.w3.org/International/questions/qa-bidi-unicode-controls
 */
export function isolated(name: string): string {
  const text = name.replace(directionControls, "");
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** Returns a mrkdwn text object. The caller escapes people's text in it; nothing in it is linked automatically. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
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

/** Half of what a field takes, so that the rest of its text fits beside the link. */
const addressLimit = 1000;

/** Returns a mrkdwn link, or only the escaped label if the address is not http(s) or has over 1,000 characters. */
export function link(address: string | null, label: string): string {
  if (address === null || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return escaped(label);
  const safe = escaped(new URL(address).href.replace(/[|<>]/g, encodeURIComponent));
  return safe.length > addressLimit ? escaped(label) : `<${safe}|${escaped(label).replace(/\|/g, "¦")}>`;
}

/** Returns "Bob", "Bob and Carol", or "Bob, Carol and 3 others". Lists `most` names, or one more if only one would be left out. */
export function nameList(names: readonly string[], most = 5): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : [...names];
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} others`] : shown;
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}

/** Returns "1 commit" or "5 commits". */
export function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
