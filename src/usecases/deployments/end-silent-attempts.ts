import * as deployments from "../../../db/deployments/deployments.ts";
import { system } from "../../domain/shared/actor.ts";
import { type Context, commit } from "../shared/context.ts";
import { takeReport } from "./apply-deployment-report.ts";

/** Why an attempt that nobody reports on ends. */
const silence = "Nothing was heard of it within the time that was set for it.";

/**
 * The scheduled job: attempts of which nothing was heard for too long end as unknown, one a transaction, at most so
 * many. What is said late still counts. Answers how many were looked at.
 *
 * Throws at the end what went wrong with some: they do not keep the others waiting, and come again at the next run.
 */
export async function endSilentAttempts(context: Context, limit = 500): Promise<number> {
  const silent = await deployments.listSilent(context.db, context.now(), limit);
  const faults: unknown[] = [];
  for (const { organizationId, id: deploymentId } of silent) {
    const report = { status: "unknown", reason: silence } as const;
    const actor = system("nothing was heard of the deployment");
    const input = { organizationId, deploymentId, actor, surface: "job", report, link: null } as const;
    try {
      await commit(context, (tx, now) =>
        // It may have been heard of since it was listed.
        takeReport(tx, now, input, ({ reportBy }) => reportBy !== null && reportBy <= now),
      );
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0)
    throw new AggregateError(faults, `${faults.length} silent attempts could not be ended`);
  return silent.length;
}
