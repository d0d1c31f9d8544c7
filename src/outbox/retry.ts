/** The attempts after which an item is dead. With the waits below that takes about ten hours, longer than Slack's longest outages. */
export const maxAttempts = 250;

const baseMs = 1_000;
const capMs = 300_000;

/**
 * Returns the wait before the next attempt, in milliseconds. It grows exponentially, with full jitter, so that items that
 * failed together do not all return together (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempts made so far, from 1
 * @param random from 0 to 1
 */
export function retryAfterMs(attempts: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** (attempts - 1)));
}
