/** What a wait that took too long gives, in place of a result. */
export const timedOut = Symbol("timed out");

type Timeout = {
  /** Resolves with `timedOut` when the time is over. It never rejects. */
  over: Promise<typeof timedOut>;
  /** Stops the timer, so that it does not keep the process alive. */
  clear(): void;
};

/**
 * Starts a time limit that several steps share: race each of them against `over`, and clear it in the end. A single
 * step is simpler with `withTimeout`.
 *
 * @param ms milliseconds from now
 */
export function startTimeout(ms: number): Timeout {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(resolve, ms, timedOut);
  });
  return { over, clear: () => clearTimeout(timer) };
}

/**
 * Returns the result of the work, or `timedOut` if it takes longer than the limit. Rejects if the work rejects within
 * the limit. The work itself continues after the limit, and an error it throws then is ignored.
 *
 * @param ms the limit, in milliseconds
 */
export async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T | typeof timedOut> {
  const timeout = startTimeout(ms);
  try {
    return await Promise.race([work, timeout.over]);
  } finally {
    timeout.clear();
  }
}
