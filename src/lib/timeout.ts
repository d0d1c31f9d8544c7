/** Stands for the result of work that exceeded its time limit. */
export const timedOut = Symbol("timed out");

type Timeout = {
  /** Returns the result of the work, or `timedOut` if the time is over first. */
  race<T>(work: Promise<T>): Promise<T | typeof timedOut>;
  /** Stops the timer, so that it does not keep the process alive. */
  clear(): void;
};

/**
 * Starts a time limit that several steps share. The caller must clear it at the end. A single step is simpler with
 * `withTimeout`.
 *
 * @param ms milliseconds from now
 */
export function startTimeout(ms: number): Timeout {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof timedOut>((resolve) => {
    timer = setTimeout(resolve, ms, timedOut);
  });
  return { race: (work) => Promise.race([work, over]), clear: () => clearTimeout(timer) };
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
    return await timeout.race(work);
  } finally {
    timeout.clear();
  }
}
