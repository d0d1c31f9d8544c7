/**
 * A moment on the reader's clock, with the zone's name: "Mon, 23 Nov 2026, 14:05 CET".
 *
 * @param timeZone an IANA name, as Slack gives it (https://docs.slack.dev/reference/objects/user-object); UTC where
 * this machine does not know it
 */
export function momentIn(timeZone: string, at: Date): string {
  const zone = isKnown(timeZone) ? timeZone : "UTC";
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

function isKnown(timeZone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en-GB", { timeZone }));
  } catch {
    return false;
  }
}

/** Each English knows the short names of its own side of the world; elsewhere it is "GMT+5:30". */
function zoneName(timeZone: string, at: Date): string {
  const names = ["en-GB", "en-US", "en-AU"].map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: "short" }).formatToParts(at);
    return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
  });
  return names.find((name) => !/[+-]/.test(name)) ?? names[0] ?? timeZone;
}
