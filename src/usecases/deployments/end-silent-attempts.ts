import * as deployments from "../../../db/deployments/deployments.ts";
import { deadlineOf } from "../../domain/deployments/deployment.ts";
import { system } from "../../domain/shared/actor.ts";
import { type Context, commit } from "../shared/context.ts";
import { applyReport } from "./apply-deployment-report.ts";

/** The reason of an attempt that ends without a report. People see it. */
const silence = "Nothing was heard of it within the time that was set for it.";

/**
 * The scheduled job: ends attempts whose report is overdue as unknown, each in its own transaction. A late report still
 * counts.
 *
 * @param limit the most attempts to end in one run
 * @returns how many overdue attempts it found
 * @throws AggregateError after the last one, if some failed; the next run retries them
 */
export async function endSilentAttempts(context: Context, limit = 500): Promise<number> {
  const silent = await deployments.listSilent(context.db, context.now(), limit);
  const errors: unknown[] = [];
  for (const { organizationId, id: deploymentId } of silent) {
    const report = { status: "unknown", reason: silence } as const;
    const actor = system("nothing was heard of the deployment");
    const input = { organizationId, deploymentId, actor, surface: "job", report, link: null } as const;
    try {
      await commit(context, (tx, now) =>
        // A report may have arrived since the attempt was listed.
        applyReport(tx, now, input, (attempt) => deadlineOf(attempt) <= now),
      );
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) {
    throw new AggregateError(errors, `Could not end ${errors.length} of ${silent.length} silent attempts`);
  }
  return silent.length;
}
