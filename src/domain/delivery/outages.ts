/** A far end that may refuse all that we send: a revoked token, a refused key. Nothing is tried there until it accepts us again. */
export type Provider = "slack" | "email";

export const providers: readonly Provider[] = ["slack", "email"];

/** What a far end said when it refused us, and when. */
export type Outage = { reason: string; since: Date };

/** How often one that refused us is asked whether it still does, in milliseconds: of all replicas together. */
export const probeEveryMs: Record<Provider, number> = { slack: 60_000, email: 300_000 };

/**
 * The moment of the probe that is due. Counted from the stop, so that every replica comes to the same ones; null before
 * the first.
 */
export function probeSlot(provider: Provider, since: Date, now: Date): Date | null {
  const every = probeEveryMs[provider];
  const passed = Math.floor((now.getTime() - since.getTime()) / every);
  return passed < 1 ? null : new Date(since.getTime() + passed * every);
}

/** In how many milliseconds the next probe is due; the one of this moment counts as taken. */
export function untilNextProbeMs(provider: Provider, since: Date, now: Date): number {
  const every = probeEveryMs[provider];
  const passed = now.getTime() - since.getTime();
  return passed < 0 ? every : every - (passed % every);
}

/**
 * How long a refused address is left alone, in milliseconds: a week. Then one email to it is tried again, because it may
 * have been mended where we cannot see it, at its provider or in Resend's list.
 */
export const addressRestMs = 7 * 24 * 3_600_000;

/** What a warning is about: an email address that was refused. A far end's own name stands for itself. */
export const addressSubject = (address: string): string => `address:${address.toLowerCase()}`;

/** The address that a warning is about; null for any other. */
export const addressOf = (subject: string): string | null =>
  subject.startsWith("address:") ? subject.slice("address:".length) : null;

/**
 * That the admins were told of a refusal. A row of its own: when they could not be told it goes, and the refusal stays.
 */
export const toldSubject = (subject: string): string => `told:${subject}`;
