/** Returns every text that Slack would parse: mrkdwn, and the top-level text of messages. */
export function parsedTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(parsedTexts);
  if (value === null || typeof value !== "object") return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const topLevel = typeof text === "string" && type !== "plain_text" ? [text] : [];
  return [
    ...topLevel,
    ...Object.values(value).flatMap((inner) =>
      typeof inner === "string" ? jsonTexts(inner) : parsedTexts(inner),
    ),
  ];
}

/** Parses arguments that are JSON in a form. */
function jsonTexts(text: string): string[] {
  if (!/^[[{]/.test(text)) return [];
  try {
    return parsedTexts(JSON.parse(text));
  } catch {
    return [];
  }
}

const allowedSequences = [
  // People's markers, shown as they are.
  /^<!date\^0\^\{_\}\|(?:[*＊_＿~`｀]\p{M}*)+>$/u,
  /^<!date\^\d+\^\{date_short_pretty\} at \{time\}(, \{ago\})?\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>$/,
  /^<https?:\/\/[^\s<>|/]+\/archives\/\w+\/p\d+\|Open the card>$/,
  /^<https?:\/\/(ci|git)\.example\/[^\s<>|]*\|[^<>|]+>$/,
];

/** Returns the unexpected sequences, unescaped characters, formatting, and broken entities in a mrkdwn text. */
export function mrkdwnFaults(text: string, people: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const rest = text.replace(/<[^<>]*>/g, (sequence) => {
    const mention = /^<@(\w+)>$/.exec(sequence)?.[1];
    const isExpected =
      mention !== undefined ? people.has(mention) : allowedSequences.some((form) => form.test(sequence));
    if (!isExpected) faults.push(`alive: ${sequence}`);
    return "";
  });
  if (/[<>]/.test(rest)) faults.push(`not escaped: ${text.slice(0, 200)}`);
  // The markers of the hostile text, one beside the other, are never Signoff's own.
  if (/\*_~|_~`/.test(rest)) faults.push(`formatted: ${text.slice(0, 200)}`);
  if (/&(?!amp;|lt;|gt;)/.test(rest)) faults.push(`a broken entity: ${text.slice(0, 200)}`);
  if (text.includes("\ufffd") || !isWellFormed(text))
    faults.push(`a broken character: ${text.slice(0, 200)}`);
  return faults;
}

const isWellFormed = (text: string) => Buffer.from(text).toString() === text;
