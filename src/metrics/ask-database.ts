import type { Stats } from "../../db/delivery/stats.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import type { ReadFigures } from "./database-gauges.ts";

/** How long whoever scrapes waits for the database, in milliseconds. */
const waitMs = 1_200;

/** An answer is good for so long, in milliseconds: several who scrape at once cost one read. */
const goodForMs = 1_000;

/**
 * Bounds what scraping may ask of the database: one read at a time, whoever asks, and nobody waits long. While a read
 * hangs no second one is begun.
 */
export function askDatabase(ask: () => Promise<Stats>, log: Pick<Log, "warn">): ReadFigures {
  let asking: Promise<Stats | undefined> | undefined;
  let last: { stats: Stats; at: number } | undefined;
  let failing = false;

  const begin = async (): Promise<Stats | undefined> => {
    try {
      const stats = await ask();
      last = { stats, at: performance.now() };
      failing = false;
      return stats;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "The database gave no stats for /metrics");
      failing = true;
      return undefined;
    } finally {
      asking = undefined;
    }
  };

  return async () => {
    if (last !== undefined && performance.now() - last.at < goodForMs) return last.stats;
    asking ??= begin();
    const stats = await withTimeout(asking, waitMs);
    return stats === timedOut ? undefined : stats;
  };
}
