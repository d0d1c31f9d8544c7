import cron, { type ScheduledTask } from "node-cron";
import { type Job, jobs, slotOf } from "../domain/delivery/slots.ts";
import type { Log } from "../lib/log.ts";

export type Jobs = {
  /** Behind the wake-ups: looks for work that nobody announced. Each process does its own. */
  sweep(): Promise<void>;
  /** Takes a slot of a job for whoever comes first; what has been taken is done by the outbox. */
  take(job: Job, slot: Date): Promise<unknown>;
  /** Begins the hourly reading of people and groups where it is due. */
  readDirectory(): Promise<unknown>;
  now(): Date;
};

/**
 * Starts the scheduled jobs: the sweep every ten seconds, the others every minute. A run is left out while the last one
 * is on. The slots of this moment are asked for at once, so that what everybody slept through is done now, and once.
 */
export async function startJobs(
  work: Jobs,
  log: Pick<Log, "debug" | "error">,
): Promise<{ stop(): Promise<void> }> {
  await takeSlots(work);
  await work.readDirectory();
  const schedule = (expression: string, name: string, run: () => Promise<unknown>): ScheduledTask =>
    cron.schedule(
      expression,
      () => run().catch((error) => log.error({ err: error, job: name }, "A scheduled job failed")),
      { name, noOverlap: true, logger: cronLogger(log) },
    );
  const tasks = [
    schedule("*/10 * * * * *", "sweep", work.sweep),
    schedule("* * * * *", "slots", () => takeSlots(work)),
    schedule("* * * * *", "directory", work.readDirectory),
  ];
  return {
    stop: async () => {
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

async function takeSlots({ take, now }: Jobs): Promise<void> {
  const slot = slotOf(now());
  for (const job of jobs) await take(job, slot);
}

/**
 * node-cron writes to the console in colour unless it is given a logger. That a run was late or left out is no news: its
 * work is done by the next one.
 */
function cronLogger(log: Pick<Log, "debug" | "error">) {
  const from = { from: "node-cron" };
  const debug = (message: string | Error) => log.debug(from, String(message));
  return {
    info: debug,
    warn: debug,
    debug,
    error: (message: string | Error, error?: Error) =>
      log.error({ ...from, err: message instanceof Error ? message : error }, "A scheduled job failed"),
  };
}
