import type { Job } from "../domain/delivery/slots.ts";
import type { Log } from "../lib/log.ts";
import type { Handler, Handlers } from "../outbox/handlers.ts";
import { pruneDeliveries } from "../usecases/delivery/prune-deliveries.ts";
import { endSilentAttempts } from "../usecases/deployments/end-silent-attempts.ts";
import { expireOverdue } from "../usecases/requests/expire-request.ts";
import { remindDue } from "../usecases/requests/remind-due.ts";
import type { Context } from "../usecases/shared/context.ts";
import { forgetAnswers } from "../usecases/tokens/answer-once.ts";
import { checkTokens } from "../usecases/tokens/check-tokens.ts";

/** The most that one run of a job does. If there is more, the next run follows at once. */
const batchSize = 500;

/** Runs one batch and returns how many it did. */
type RunBatch = (organizationId: string) => Promise<number>;

/** Returns a handler for each scheduled job, for the items that `claimSlot` adds. */
export function jobHandlers(context: Context, log: Pick<Log, "error">): Pick<Handlers, `job-${Job}`> {
  const handler = (job: Job, runBatch: RunBatch): Handler => ({
    run: async ({ organizationId }) => {
      try {
        const done = await runBatch(organizationId);
        return done < batchSize ? { kind: "done" } : { kind: "later", afterMs: 0 };
      } catch (error) {
        // Some of the batch failed. The next slot tries those again; a retry now would hold up the rest.
        if (!(error instanceof AggregateError)) throw error;
        log.error({ err: error, job, organizationId }, "A scheduled job failed for part of its batch");
        return { kind: "done" };
      }
    },
  });
  return {
    "job-expire": handler("expire", () => expireOverdue(context, batchSize)),
    "job-remind": handler("remind", async (organizationId) => {
      await checkTokens(context, organizationId);
      return remindDue(context, organizationId, batchSize);
    }),
    "job-silence": handler("silence", () => endSilentAttempts(context, batchSize)),
    "job-forget": handler("forget", (organizationId) => forgetAnswers(context, organizationId, batchSize)),
    "job-prune": handler("prune", () => pruneDeliveries(context, batchSize)),
  };
}
