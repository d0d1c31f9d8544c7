type Headers = Record<string, string> | null;

/** What one Resend account lets us send, as its answers tell: https://resend.com/docs/api-reference/rate-limit */
export type Budget = {
  /** Takes a place for one email. @returns how long to wait first, in milliseconds; 0: it may go out now */
  take(): number;
  /** Reads the rate-limit headers that every answer carries. */
  heard(headers: Headers): void;
  /** Nothing may go out for so many milliseconds. */
  pause(ms: number): void;
  /** Whether a pause is on. */
  paused(): boolean;
};

type BudgetOptions = { clock?: () => number; random?: () => number };

/** What the window is taken to be until an answer has told, in milliseconds: the limit is one per second. */
const windowMs = 1_000;

/** So much later than possible comes what has to wait, at most, in milliseconds. */
const jitterMs = 250;

/** Those that wait get places one behind the other, but none farther off than this, in milliseconds. */
const farthestMs = 60_000;

/** Longer than this no header makes us wait, in milliseconds. */
const longestMs = 24 * 3_600_000;

/** The budget of this process. Other replicas share the account: what they use up shows in `ratelimit-remaining`. */
export function createBudget({
  clock = () => performance.now(),
  random = Math.random,
}: BudgetOptions = {}): Budget {
  let limit = Number.POSITIVE_INFINITY;
  let left = Number.POSITIVE_INFINITY;
  let resetAt = 0;
  let pausedUntil = 0;
  let lastPlace = 0;

  const waitFor = (now: number): number => {
    const free = Math.max(pausedUntil, resetAt);
    const gap = Number.isFinite(limit) ? windowMs / limit : 0;
    lastPlace = Math.min(Math.max(lastPlace + gap, free), free + farthestMs);
    return Math.ceil(lastPlace - now + random() * jitterMs);
  };

  return {
    take: () => {
      const now = clock();
      if (now >= resetAt) {
        left = limit;
        resetAt = now + windowMs;
      }
      if (now < pausedUntil || left < 1) return Math.max(1, waitFor(now));
      left -= 1;
      return 0;
    },
    heard: (headers) => {
      const now = clock();
      const told = number(headers, "ratelimit-limit");
      if (told !== undefined && told >= 1) limit = told;
      const remaining = number(headers, "ratelimit-remaining");
      const reset = number(headers, "ratelimit-reset");
      if (remaining === undefined || reset === undefined) return;
      // What was sent meanwhile is not in the answer: the lower figure holds within a window.
      left = now < resetAt ? Math.min(left, remaining) : remaining;
      resetAt = now + Math.min(reset * 1000, longestMs);
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, clock() + Math.min(ms, longestMs));
    },
    paused: () => clock() < pausedUntil,
  };
}

/** A header that is a number of 0 or more. */
export function number(headers: Headers, name: string): number | undefined {
  const text = headers?.[name];
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
