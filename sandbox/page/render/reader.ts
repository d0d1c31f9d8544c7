import type { Workspace } from "../../slack/workspace.ts";

/** The person who reads a text: names as they see them, times in their time zone. */
export type Reader = {
  userId: string;
  /** IANA time zone. */
  tz: string;
  now: Date;
  nameOf(userId: string): string | undefined;
  channelName(channelId: string): string | undefined;
};

/** Returns the reader for one person. */
export function readerFor(workspace: Workspace, userId: string): Reader {
  return {
    userId,
    tz: workspace.person(userId)?.tz ?? "Etc/UTC",
    now: new Date(workspace.now()),
    nameOf: (id) => workspace.person(id)?.realName,
    channelName: (id) => workspace.channels.get(id)?.name,
  };
}

const day = 24 * 60 * 60 * 1000;

const format = (at: Date, tz: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat("en-US", { timeZone: tz, ...options }).format(at);

const dayOf = (at: Date, tz: string) =>
  new Intl.DateTimeFormat("en-CA", {
    timeZone: tz,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);

/** Returns a time such as "2:15 PM" in the reader's time zone. */
export const clock = (at: Date, reader: Reader) =>
  format(at, reader.tz, { hour: "numeric", minute: "2-digit" });

/** Returns "Today", "Yesterday", or "Tomorrow". Undefined for other days. */
function nearDay(at: Date, { now, tz }: Reader): string | undefined {
  const near: [string, number][] = [
    ["Today", 0],
    ["Yesterday", -day],
    ["Tomorrow", day],
  ];
  return near.find(([, distance]) => dayOf(at, tz) === dayOf(new Date(now.getTime() + distance), tz))?.[0];
}

/** Returns "Today", "Yesterday", or a date such as "Monday, November 23rd". */
export const dayWords = (at: Date, reader: Reader) => nearDay(at, reader) ?? longDate(at, reader, true);

const ordinal = (number: number) => {
  const tens = number % 100;
  const suffix = tens > 10 && tens < 14 ? "th" : (["th", "st", "nd", "rd"][number % 10] ?? "th");
  return `${number}${suffix}`;
};

/** Slack omits the year from dates less than six months distance. */
const isFarAway = (at: Date, { now }: Reader) => Math.abs(at.getTime() - now.getTime()) > 182 * day;

function longDate(at: Date, reader: Reader, weekday: boolean): string {
  const { tz } = reader;
  const year = isFarAway(at, reader) ? `, ${format(at, tz, { year: "numeric" })}` : "";
  const date = `${format(at, tz, { month: "long" })} ${ordinal(Number(format(at, tz, { day: "numeric" })))}${year}`;
  return weekday ? `${format(at, tz, { weekday: "long" })}, ${date}` : date;
}

function shortDate(at: Date, reader: Reader): string {
  const year: Intl.DateTimeFormatOptions = isFarAway(at, reader) ? { year: "numeric" } : {};
  return format(at, reader.tz, { month: "short", day: "numeric", ...year });
}

function relativeTime(at: Date, { now }: Reader): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat("en-US", { numeric: "auto" });
  const distance = Math.abs(seconds);
  if (distance < 60) return relative.format(seconds, "second");
  if (distance < 3600) return relative.format(Math.round(seconds / 60), "minute");
  if (distance < 86_400) return relative.format(Math.round(seconds / 3600), "hour");
  return relative.format(Math.round(seconds / 86_400), "day");
}

/**
 * Fills in the format of a `<!date^…>` for the reader. Undefined if it contains no date token.
 * https://docs.slack.dev/messaging/formatting-message-text#date-formatting
 */
export function fillDate(at: Date, pattern: string, reader: Reader): string | undefined {
  if (Number.isNaN(at.getTime())) return undefined;
  const words: Record<string, () => string> = {
    date_num: () => dayOf(at, reader.tz),
    date: () => longDate(at, reader, false),
    date_short: () => shortDate(at, reader),
    date_long: () => longDate(at, reader, true),
    date_pretty: () => nearDay(at, reader) ?? longDate(at, reader, false),
    date_short_pretty: () => nearDay(at, reader) ?? shortDate(at, reader),
    date_long_pretty: () => nearDay(at, reader) ?? longDate(at, reader, true),
    time: () => clock(at, reader),
    time_secs: () => format(at, reader.tz, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
    ago: () => relativeTime(at, reader),
  };
  const tokens = [...pattern.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  if (!tokens.some((name) => Object.hasOwn(words, name))) return undefined;
  return pattern.replace(/\{(\w+)\}/g, (token, name: string) => words[name]?.() ?? token);
}

/** Returns the time at which a message with this ts was posted. */
export const timeOf = (ts: string) => new Date(Number(ts) * 1000);

/** Returns a relative time such as "just now" or "5 minutes ago". */
export const sinceWords = (at: Date, reader: Reader): string =>
  reader.now.getTime() - at.getTime() < 60_000 ? "just now" : relativeTime(at, reader);
