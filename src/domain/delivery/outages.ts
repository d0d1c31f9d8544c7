/** A provider that can reject everything, for example because a token was revoked. Sending pauses until it accepts again. */
export type Provider = "slack" | "email";

export const providers: readonly Provider[] = ["slack", "email"];

/** The error with which a provider rejects everything, and since when. */
export type Outage = { reason: string; since: Date };

/** How often a provider in an outage is probed, in milliseconds, by all replicas together. */
export const probeEveryMs: Record<Provider, number> = { slack: 60_000, email: 300_000 };

/**
 * Returns when the latest probe was due, or null before the first one. Probes are counted from the start of the outage, so
 * that every replica gets the same times.
 */
export function probeSlot(provider: Provider, since: Date, now: Date): Date | null {
  const every = probeEveryMs[provider];
  const passed = Math.floor((now.getTime() - since.getTime()) / every);
  return passed < 1 ? null : new Date(since.getTime() + passed * every);
}

/** Returns in how many milliseconds the next probe is due. A probe that is due right now counts as done. */
export function untilNextProbeMs(provider: Provider, since: Date, now: Date): number {
  const every = probeEveryMs[provider];
  const passed = now.getTime() - since.getTime();
  return passed < 0 ? every : every - (passed % every);
}

/**
 * How long nothing is sent to a rejected email address: a week. Then one email tries again, because the address may work
 * again at its provider or may have been taken off Resend's suppression list.
 */
export const addressRestMs = 7 * 24 * 3_600_000;

/** Returns the subject of a warning about a rejected email address. The subject of an outage is the provider's name. */
export const addressSubject = (address: string): string => `address:${address.toLowerCase()}`;

/** Returns the address that a warning is about, or null if it is about something else. */
export const addressOf = (subject: string): string | null =>
  subject.startsWith("address:") ? subject.slice("address:".length) : null;

/** Returns the subject of a warning about a method of Slack's that the token may not call. */
export const deniedSubject = (method: string): string => `denied:${method}`;

/** Returns the method that a warning is about, or null if it is about something else. */
export const deniedCallOf = (subject: string): string | null =>
  subject.startsWith("denied:") ? subject.slice("denied:".length) : null;

/** Returns the subject of a warning about a Slack user group that keeps failing to be read. */
export const unreadSubject = (groupId: string): string => `unread:${groupId}`;

/** Returns the user group that a warning is about, or null if it is about something else. */
export const unreadGroupOf = (subject: string): string | null =>
  subject.startsWith("unread:") ? subject.slice("unread:".length) : null;

/**
 * How long a denied call counts as denied although nothing waits for it, in milliseconds: an item that was denied it is
 * settled a little later.
 */
export const deniedAtLeastMs = 10 * 60_000;

/**
 * Returns the subject that records that admins were told of an outage or a rejected address. It is a row of its own: if
 * they could not be told, it is removed and the warning stays.
 */
export const toldSubject = (subject: string): string => `told:${subject}`;
