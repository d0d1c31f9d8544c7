/**
 * After so many attempts an item is dead, unless its handler says otherwise. With the waits below that is about ten
 * hours: Slack's longest outages are survived.
 */
export const maxAttempts = 250;

const baseMs = 1_000;
const capMs = 300_000;

/**
 * How long to wait before the next attempt, in milliseconds: exponential with full jitter, so that what failed
 * together does not come back together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempts so far, from 1
 * @param random from 0 up to 1
 */
export function retryAfterMs(attempts: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** (attempts - 1)));
}
