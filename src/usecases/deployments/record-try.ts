import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import { fitReason } from "../../domain/deployments/build-notes.ts";
import { system } from "../../domain/shared/actor.ts";
import { redrawCards } from "../requests/record-change.ts";
import { type Context, transact } from "../shared/context.ts";

type AttemptId = { organizationId: string; deploymentId: string };

/** R9: stores the deployer of an attempt that an earlier version began without it. Another choice no longer affects it. */
export async function keepDeployer(
  { db }: Context,
  { organizationId, deploymentId: id }: AttemptId,
  deployer: string,
): Promise<void> {
  await deployments.keepDeployer(db, { organizationId, id }, deployer);
}

/**
 * Stores why an attempt's deployer was not reached, while it is tried again, and plans the update of the request's cards.
 * The same reason again changes nothing, and neither does a try that the deployer's report overtook.
 */
export async function recordFailedTry(
  context: Context,
  { organizationId, deploymentId }: AttemptId,
  reason: string,
): Promise<void> {
  const { reason: retryReason } = fitReason(reason);
  if (retryReason === null) return;
  await transact(context, async (tx) => {
    const found = await deployments.find(tx, organizationId, deploymentId);
    if (found === undefined || found.requestNumber === null) return;
    const request = await requests.lock(tx, organizationId, found.requestNumber);
    const attempt = await deployments.lock(tx, organizationId, deploymentId);
    if (request === undefined || attempt === undefined) return;
    const { status, acceptedAt, retryReason: earlier } = attempt;
    if (status !== "in progress" || acceptedAt !== null || earlier === retryReason) return;
    await deployments.saveRetryReason(tx, attempt, retryReason);
    const raised = await requests.bumpOpen(tx, organizationId, [request.number], true);
    await redrawCards(tx, organizationId, raised, system("the deployer was not reached"));
  });
}
