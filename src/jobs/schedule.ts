import cron, { type ScheduledTask } from "node-cron";
import { jobs, slotOf } from "../domain/delivery/slots.ts";
import type { Log } from "../lib/log.ts";
import { claimSlot } from "../usecases/delivery/claim-slot.ts";
import { startDirectoryRuns } from "../usecases/people/start-directory-runs.ts";
import type { Context } from "../usecases/shared/context.ts";

export type ScheduleDeps = {
  context: Context;
  organizationId: string;
  /** Looks for work whose notification was lost. Each process does this for itself. */
  sweep(): Promise<void>;
  log: Pick<Log, "debug" | "error">;
};

/**
 * Schedules the sweep every ten seconds, and the jobs and the reading of people and groups every minute. A run is skipped
 * while the previous one is still running. Takes the current slots at once, so that work that came due while no process
 * was running is done now, by one of them.
 */
export async function startSchedule(deps: ScheduleDeps): Promise<{ stop(): Promise<void> }> {
  const { context, organizationId, sweep, log } = deps;
  const takeSlots = async () => {
    const slot = slotOf(context.now());
    for (const job of jobs) await claimSlot(context, organizationId, job, slot);
  };
  const readDirectory = () => startDirectoryRuns(context, organizationId);
  await takeSlots();
  await readDirectory();
  const schedule = (expression: string, name: string, run: () => Promise<void>): ScheduledTask =>
    cron.schedule(
      expression,
      () => run().catch((error) => log.error({ err: error, job: name }, "A scheduled job failed")),
      { name, noOverlap: true, logger: cronLogger(log) },
    );
  const tasks = [
    schedule("*/10 * * * * *", "sweep", sweep),
    schedule("* * * * *", "slots", takeSlots),
    schedule("* * * * *", "directory", readDirectory),
  ];
  return {
    stop: async () => {
      await Promise.all(tasks.map((task) => task.destroy()));
    },
  };
}

/** Without a logger, node-cron writes to the console. A late or skipped run needs no warning: the next one does its work. */
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
