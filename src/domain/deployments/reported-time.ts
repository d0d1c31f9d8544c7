import { accept, type Result, refuse } from "../shared/result.ts";

/** How far ahead of its arrival a reported time may be: clocks differ. */
export const clockToleranceMs = 5 * 60_000;

/** An earlier time is a mistake in its unit, such as seconds in place of milliseconds. */
const earliest = Date.UTC(2000, 0, 1);

/**
 * Returns when something that a pipeline reports happened. A time up to five minutes ahead of its arrival counts as the
 * arrival, and so does a missing one.
 *
 * Refuses `time-out-of-range` for a later time, or one before the year 2000.
 */
export function reportedTime(
  field: "builtAt" | "startedAt",
  reported: Date | null,
  arrivedAt: Date,
): Result<Date> {
  if (reported === null) return accept(arrivedAt);
  const ahead = reported.getTime() - arrivedAt.getTime();
  if (ahead > clockToleranceMs)
    return refuse({ code: "time-out-of-range", field, why: "ahead", at: arrivedAt });
  if (reported.getTime() < earliest)
    return refuse({ code: "time-out-of-range", field, why: "too-early", at: arrivedAt });
  return accept(ahead > 0 ? arrivedAt : reported);
}
