import { setTimeout as sleep } from "node:timers/promises";

export const pause = (ms: number): Promise<void> => sleep(ms);

/** Polls until `look` returns something, for at most this many milliseconds. Returns undefined after that. */
export async function lookFor<T>(
  look: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
  everyMs = 50,
): Promise<T | undefined> {
  const until = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= until) return undefined;
    await pause(everyMs);
  }
}

/** Repeats the harness's own database work until it succeeds, so that restarts of the database do not break it. */
export async function persist<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work();
    } catch (error) {
      if (tries === 50) throw error;
      await pause(200);
    }
  }
}
