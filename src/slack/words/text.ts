import type { MrkdwnElement, PlainTextElement } from "@slack/types";

/** Characters of text: https://docs.slack.dev/reference/block-kit/blocks/section-block */
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

/** Makes people's text harmless in mrkdwn: no mention, no broadcast, no disguised link comes alive. */
export function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => entities[character] as string);
}

/** What a person typed after a command: Slack hands it over with these three escaped. */
export function unescaped(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

/** Escaped text of at most so many characters, cut between graphemes and never inside an entity. */
export function escapeWithin(text: string, limit: number): string {
  return cut(text, limit, escaped);
}

/** Text of at most so many characters, cut between graphemes. */
export function cutTo(text: string, limit: number): string {
  return cut(text, limit, (part) => part);
}

function cut(text: string, limit: number, as: (part: string) => string): string {
  const whole = as(text);
  if (whole.length <= limit) return whole;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    const next = as(segment);
    if (kept.length + next.length > limit - 1) break;
    kept += next;
  }
  return `${kept}…`;
}

/** Invisible characters that turn the direction of what follows them. */
const turning = /[\u202a-\u202e\u2066-\u2069]/g;
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A name for the middle of a line of ours. One that is written from right to left keeps its direction to itself: else
 * "source → target" of two such names would be shown the other way round, with the arrow pointing from target to source.
 * https://www.w3.org/International/questions/qa-bidi-unicode-controls
 */
export function isolated(name: string): string {
  const text = name.replace(turning, "");
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** mrkdwn that we wrote; people's text in it is escaped by whoever puts it there. */
export function mrkdwn(text: string): MrkdwnElement {
  return { type: "mrkdwn", text, verbatim: true };
}

/** People's own text as it is: nothing in it comes alive. Slack refuses an empty one. */
export function plain(text: string, limit: number = textLimits.section): PlainTextElement {
  return { type: "plain_text", text: cutTo(text, limit) || " ", emoji: true };
}

/**
 * A moment in each reader's own time zone; readers that cannot show it get UTC.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function moment(at: Date): string {
  return dateToken(at, "{date_short_pretty} at {time}");
}

/** A moment and how long ago it was; the reader's Slack keeps count, so that the text stays as it is. */
export function momentAndAge(at: Date): string {
  return dateToken(at, "{date_short_pretty} at {time}, {ago}");
}

function dateToken(at: Date, pattern: string): string {
  const fallback = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `<!date^${Math.floor(at.getTime() / 1000)}^${pattern}|${fallback}>`;
}

/** A longer address is left out: a field takes 2,000 characters, and there is more to say in it. */
const addressLimit = 1000;

/** A link with our label, where the address is one that a browser opens and not too long; else only the label. */
export function link(address: string | null, label: string): string {
  if (address === null || !/^https?:\/\//i.test(address) || !URL.canParse(address)) return escaped(label);
  const safe = escaped(new URL(address).href.replace(/[|<>]/g, encodeURIComponent));
  return safe.length > addressLimit ? escaped(label) : `<${safe}|${escaped(label).replace(/\|/g, "¦")}>`;
}

/** "Bob", "Bob and Carol", "Bob, Carol and 3 others": at most `most` names. */
export function nameList(names: readonly string[], most = 5): string {
  const shown = names.length > most + 1 ? names.slice(0, most) : [...names];
  const rest = names.length - shown.length;
  const parts = rest > 0 ? [...shown, `${rest} others`] : shown;
  const last = parts.at(-1) ?? "";
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(", ")} and ${last}`;
}
