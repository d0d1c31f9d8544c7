/**
 * Returns a time in the reader's time zone: "Mon, 23 Nov 2026, 14:05 CET".
 *
 * @param timeZone an IANA name from Slack (https://docs.slack.dev/reference/objects/user-object). An unknown one counts as UTC.
 */
export function momentIn(timeZone: string, at: Date): string {
  const zone = isValidTimeZone(timeZone) ? timeZone : "UTC";
  const date = at.toLocaleDateString("en-GB", {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  const time = at.toLocaleTimeString("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
  return `${date}, ${time} ${zoneName(zone, at)}`;
}

function isValidTimeZone(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en-GB", { timeZone }));
  } catch {
    return false;
  }
}

/** Returns the short name of a time zone. Each locale knows only the names of its own region, and writes "GMT+5:30" for others. */
function zoneName(timeZone: string, at: Date): string {
  const names = ["en-GB", "en-US", "en-AU"].map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }).formatToParts(at);
    return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
  });
  return names.find((name) => !/[+-]/.test(name)) ?? names[0] ?? timeZone;
}
