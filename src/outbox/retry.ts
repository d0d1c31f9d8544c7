/** After so many tries an item is dead. With the waits below that is about half an hour. */
export const maxAttempts = 12;

const firstWaitMs = 1000;
const longestWaitMs = 300_000;

/**
 * How long to wait before the next try, in milliseconds: exponential, the upper half of it at random.
 *
 * @param attempts tries so far, from 1
 * @param random from 0 to 1
 */
export function retryAfterMs(attempts: number, random: number): number {
  const ceiling = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempts - 1));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
