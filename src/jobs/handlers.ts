import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Job } from "../domain/delivery/slots.ts";
import type { Log } from "../lib/log.ts";

/** What the scheduled jobs do for one organization: each answers how many it did, and does at most `batch` at once. */
export type Work = Record<Job, (organizationId: string) => Promise<number>>;

/** As many as one run does; the rest follows at once. */
export const batch = 500;

type JobHandler = { run(item: { organizationId: string }): Promise<Outcome> };

/** A handler per scheduled job, for the items that `takeSlot` adds. */
export function jobHandlers(work: Work, log: Pick<Log, "error">): Record<`job-${Job}`, JobHandler> {
  const handler = (job: Job): JobHandler => ({
    run: async ({ organizationId }) => {
      try {
        const done = await work[job](organizationId);
        return done < batch ? { kind: "done" } : { kind: "later", afterMs: 0 };
      } catch (error) {
        // What went wrong with some comes again with the next slot; waiting longer would keep the others waiting.
        if (!(error instanceof AggregateError)) throw error;
        log.error({ err: error, job, organizationId }, "A scheduled job failed for some");
        return { kind: "done" };
      }
    },
  });
  return {
    "job-expire": handler("expire"),
    "job-remind": handler("remind"),
    "job-silence": handler("silence"),
    "job-forget": handler("forget"),
    "job-prune": handler("prune"),
  };
}
