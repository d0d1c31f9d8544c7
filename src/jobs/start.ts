import cron, { type ScheduledTask } from "node-cron";

export type Jobs = {
  /** Behind the wake-ups: looks for work that nobody announced. */
  sweep(): Promise<void>;
  /** R11: writes down what has expired. */
  expire(): Promise<unknown>;
  /** Begins the hourly reading of people and groups where it is due. */
  readDirectory(): Promise<unknown>;
};

type Log = { error(facts: object, message: string): void };

/** Starts the scheduled jobs: the sweep every ten seconds, the others every minute. A run is left out while the last one is on. */
export function startJobs(jobs: Jobs, log: Log): { stop(): Promise<void> } {
  const schedule = (expression: string, name: string, run: () => Promise<unknown>): ScheduledTask =>
    cron.schedule(
      expression,
      () => run().catch((error) => log.error({ err: error, job: name }, "A scheduled job failed")),
      { name, noOverlap: true },
    );
  const tasks = [
    schedule("*/10 * * * * *", "sweep", jobs.sweep),
    schedule("* * * * *", "expire", jobs.expire),
    schedule("* * * * *", "directory", jobs.readDirectory),
  ];
  return {
    stop: async () => {
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}
