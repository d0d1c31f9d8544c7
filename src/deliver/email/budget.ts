type Headers = Record<string, string> | null;

/** What one Resend account may still send, as its responses say: https://resend.com/docs/api-reference/rate-limit */
export type Budget = {
  /** Reserves one email. Returns how long it must wait, in milliseconds; 0 means that it may go out now. */
  take(): number;
  /** Reads the rate-limit headers of a response. */
  readHeaders(headers: Headers): void;
  /** Sends nothing for this time, in milliseconds. */
  pause(ms: number): void;
  /** Whether sending is paused. */
  paused(): boolean;
};

type BudgetOptions = { clock?: () => number; random?: () => number };

/** The length of a rate-limit window until a response names it, in milliseconds. */
const windowMs = 1_000;

/** The most that is added to a wait, in milliseconds. */
const jitterMs = 250;

/** Waiting emails are spread out, at most this far, in milliseconds. */
const maxSpreadMs = 60_000;

/** The longest wait that a header can ask for, in milliseconds. */
const maxWaitMs = 24 * 3_600_000;

/** Creates the budget of this process. What other replicas send shows in `ratelimit-remaining`. */
export function createBudget({
  clock = () => performance.now(),
  random = Math.random,
}: BudgetOptions = {}): Budget {
  let limit = Number.POSITIVE_INFINITY;
  let left = Number.POSITIVE_INFINITY;
  let resetAt = 0;
  let pausedUntil = 0;
  let lastSlot = 0;

  const waitFor = (now: number): number => {
    const free = Math.max(pausedUntil, resetAt);
    const gap = Number.isFinite(limit) ? windowMs / limit : 0;
    lastSlot = Math.min(Math.max(lastSlot + gap, free), free + maxSpreadMs);
    return Math.ceil(lastSlot - now + random() * jitterMs);
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
    readHeaders: (headers) => {
      const now = clock();
      const newLimit = number(headers, "ratelimit-limit");
      if (newLimit !== undefined && newLimit >= 1) limit = newLimit;
      const remaining = number(headers, "ratelimit-remaining");
      const reset = number(headers, "ratelimit-reset");
      if (remaining === undefined || reset === undefined) return;
      // The response does not count what was sent since, so within a window the lower number holds.
      left = now < resetAt ? Math.min(left, remaining) : remaining;
      resetAt = now + Math.min(reset * 1000, maxWaitMs);
    },
    pause: (ms) => {
      pausedUntil = Math.max(pausedUntil, clock() + Math.min(ms, maxWaitMs));
    },
    paused: () => clock() < pausedUntil,
  };
}

/** Returns a header that is a number of at least 0; otherwise undefined. */
export function number(headers: Headers, name: string): number | undefined {
  const text = headers?.[name];
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
