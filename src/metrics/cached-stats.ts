import type { Stats } from "../../db/delivery/stats.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import type { ReadStats } from "./database-gauges.ts";

/** How long a scrape waits for the database, in milliseconds. */
const waitMs = 1_200;

/** How long a result is reused, in milliseconds, so that several scrapers cost one read. */
const reusedForMs = 1_000;

/**
 * Limits what scraping may ask of the database: at most one read runs at a time, its result is reused for a second, and
 * a scrape waits at most 1.2 s.
 *
 * @returns a function that returns the stats, or undefined if the read fails or takes longer. It never rejects. The
 *   first of several failures in a row is logged.
 */
export function cachedStats(read: () => Promise<Stats>, log: Pick<Log, "warn">): ReadStats {
  let reading: Promise<Stats | undefined> | undefined;
  let last: { stats: Stats; at: number } | undefined;
  let failing = false;

  const startRead = async (): Promise<Stats | undefined> => {
    try {
      const stats = await read();
      last = { stats, at: performance.now() };
      failing = false;
      return stats;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "The database returned no stats for /metrics");
      failing = true;
      return undefined;
    } finally {
      reading = undefined;
    }
  };

  return async () => {
    if (last !== undefined && performance.now() - last.at < reusedForMs) return last.stats;
    reading ??= startRead();
    const stats = await withTimeout(reading, waitMs);
    return stats === timedOut ? undefined : stats;
  };
}
