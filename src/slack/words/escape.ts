const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/** What is special in mrkdwn: three characters, and runs of markers. Slack takes full-width markers for the same. */
const special = /[&<>]|(?:[*＊_＿~`｀]\p{M}*)+/gu;

/** Between letters or digits they format nothing: "orders_sync", "1.4.2~rc1". */
const inWordMarkers = /^[_＿~]+$/u;
const wordBefore = /[\p{L}\p{N}\p{M}]$/u;
const wordAfter = /^[\p{L}\p{N}]/u;

/**
 * Slack has no escape for its markers, and it formats beside zero-width spaces too. The fallback of a date that cannot be
 * formatted is the one text in mrkdwn that every client shows as it is:
 * https://github.com/yhatt/jsx-slack/blob/main/docs/about-escape-and-exact-mode.md
 */
const fallback = (run: string): string => `<!date^0^{_}|${run}>`;

const fallbackLength = fallback("").length;

/** Each backtick stands alone: three in a row would begin a block of code before Slack reads the dates. */
const asIs = (run: string): string => run.replace(/[`｀]\p{M}*|[^`｀]+/gu, fallback);

/** Returns whether Slack would format with a run of markers that stands at `start` in the text. */
function isFormatting(run: string, start: number, text: string): boolean {
  if (run in entities) return false;
  if (!inWordMarkers.test(run)) return true;
  const end = start + run.length;
  return !(wordBefore.test(text.slice(Math.max(0, start - 2), start)) && wordAfter.test(text.slice(end)));
}

/** Returns whether Slack would format a part of the text. */
export const hasFormatting = (text: string): boolean =>
  [...text.matchAll(special)].some((match) => isFormatting(match[0], match.index, text));

/**
 * Returns people's text as mrkdwn that shows exactly this text: it cannot mention anyone, disguise a link, or format
 * anything. A soft hyphen, which does not show, keeps ">" at the start of a line from becoming a quote.
 */
export function escaped(text: string): string {
  return text
    .replace(special, (match, start: number) => {
      return entities[match] ?? (isFormatting(match, start, text) ? asIs(match) : match);
    })
    .replace(/^(?=&gt;|＞)/gm, "\u00ad");
}

/** Returns text for where Slack formats nothing: in code, and in the address of a link. */
export const encoded = (text: string): string =>
  text.replace(/[&<>]/g, (character) => entities[character] as string);

/** Returns what a person typed after a command. Slack escapes &, < and > in it. */
export function unescaped(text: string): string {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Returns text of at most `limit` characters, cut between graphemes. A cut text ends with "…". */
export function cutTo(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    if (index + segment.length > limit - 1) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end)}…`;
}

const markersOnly = /^(?:[*＊_＿~`｀]\p{M}*)+$/u;
const backtick = /[`｀]/;

/** Returns escaped text of at most `limit` characters, cut between graphemes and never inside an entity. */
export function escapeWithin(text: string, limit: number): string {
  const whole = escaped(text);
  if (whole.length <= limit) return whole;
  let end = 0;
  let length = 1;
  let isInRun = false;
  for (const { segment, index } of graphemes.segment(text)) {
    const isRun = markersOnly.test(segment);
    const isAlone = backtick.test(segment);
    length += isRun ? segment.length + (isInRun && !isAlone ? 0 : fallbackLength) : escaped(segment).length;
    if (length > limit) break;
    end = index + segment.length;
    isInRun = isRun && !isAlone;
  }
  return `${escaped(text.slice(0, end))}…`;
}

/** Returns people's text as code, in which Slack formats nothing; nothing where the text is empty. */
export function code(text: string, limit: number): string {
  const line = text.replace(/\s+/g, " ").trim().replace(/[`｀]/g, "'");
  const whole = encoded(line);
  if (whole === "") return "";
  return `\`${whole.length <= limit ? whole : cutCode(line, limit)}\``;
}

function cutCode(line: string, limit: number): string {
  let start = "";
  for (const { segment } of graphemes.segment(line)) {
    const next = encoded(segment);
    if (start.length + next.length > limit - 1) break;
    start += next;
  }
  return `${start}…`;
}

/** A sequence, an entity, or a grapheme of mrkdwn: cutting between two of them breaks none. */
const sequence = /<[^<>]*>|&(?:amp|lt|gt);/g;

/**
 * Returns mrkdwn of at most `limit` characters, cut between sequences, entities, and graphemes. It is the last resort
 * for a text that was put together of parts which fit one by one.
 */
export function cutMrkdwn(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let end = 0;
  const takes = (next: number): boolean => {
    if (next <= limit - 1) end = next;
    return next <= limit - 1;
  };
  const takeText = (from: number, to: number): boolean => {
    for (const { segment, index } of graphemes.segment(text.slice(from, Math.min(to, limit)))) {
      if (!takes(from + index + segment.length)) return false;
    }
    return to <= limit;
  };
  let from = 0;
  for (const match of text.matchAll(sequence)) {
    const after = match.index + match[0].length;
    if (!takeText(from, match.index) || !takes(after)) return `${text.slice(0, end)}…`;
    from = after;
  }
  takeText(from, text.length);
  return `${text.slice(0, end)}…`;
}
