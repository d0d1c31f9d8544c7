import type { Outcome } from "../../domain/delivery/outcome.ts";
import { system } from "../../domain/shared/actor.ts";
import type { Handlers, Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { type AttemptView, getAttempt } from "../../queries/deployments/get-attempt.ts";
import {
  type ApplyDeploymentReport,
  applyDeploymentReport,
} from "../../usecases/deployments/apply-deployment-report.ts";
import { keepDeployer, recordFailedTry } from "../../usecases/deployments/record-try.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { Deployer } from "./deployer.ts";

export type DeployDeps = {
  context: Context;
  /** By name. */
  deployers: Readonly<Record<string, Deployer>>;
};

type DeployItem = Item<Payload<"deploy">>;

/** About 40 minutes: the person who waits for the deployment must learn that nothing answers, and may try again. */
const maxAttempts = 24;

/** Returns the handler that hands an attempt to its deployer. */
export function deployHandler(deps: DeployDeps): Handlers["deploy"] {
  return {
    run: (item, signal) => deploy(deps, item, signal),
    onDead: (item, reason) => abandon(deps, item, reason),
    maxAttempts,
  };
}

/** Hands an attempt to its deployer and records the answer. */
async function deploy(deps: DeployDeps, item: DeployItem, signal: AbortSignal): Promise<Outcome> {
  const { organizationId, inDoubt } = item;
  const { deploymentId, deployer: storedName, names } = item.payload;
  const attempt = await getAttempt(deps.context.db, organizationId, deploymentId);
  // An attempt that was already accepted, or reported on, needs no second call.
  if (attempt === undefined || attempt.status !== "in progress" || attempt.acceptedAt !== null) {
    return { kind: "done" };
  }
  const name = attempt.deployerStored === true ? attempt.deployer : (storedName ?? attempt.deployer);
  if (attempt.deployerStored !== true)
    await keepDeployer(deps.context, { organizationId, deploymentId }, name);
  const deployer = Object.hasOwn(deps.deployers, name) ? deps.deployers[name] : undefined;
  if (deployer === undefined) {
    const reason = `there is no deployer called ${name}`;
    await report(deps, item, { status: "failed", reason }, null);
    return { kind: "done" };
  }
  const deployed = await deployer(withNames(attempt, names), { inDoubt, signal });
  if (deployed.kind === "retry") {
    await recordFailedTry(deps.context, { organizationId, deploymentId }, deployed.reason);
    return deployed;
  }
  const answer = deployed.kind === "ended" ? deployed.end : ({ status: "accepted" } as const);
  await report(deps, item, answer, deployed.link);
  return { kind: "done" };
}

/** Returns an attempt with the names from its start, so that each call has the same body and deploys what was confirmed. */
function withNames(attempt: AttemptView, names: DeployItem["payload"]["names"]): AttemptView {
  if (names === undefined) return attempt;
  const { project, integration, target, request } = attempt;
  return {
    ...attempt,
    project: { ...project, ...names.project },
    integration: { ...integration, ...names.integration },
    target: { ...target, ...names.target },
    request: request && { ...request, source: names.source },
  };
}

/**
 * Ends an attempt whose deployer never answered: as unknown if a call may have arrived, because it may be running;
 * otherwise as failed. An attempt that was accepted or reported on anyway keeps its own time limit.
 */
async function abandon(deps: DeployDeps, item: DeployItem, reason: string): Promise<void> {
  const { organizationId, inDoubt, payload } = item;
  const attempt = await getAttempt(deps.context.db, organizationId, payload.deploymentId);
  if (attempt?.status === "in progress" && attempt.acceptedAt !== null) return;
  await report(deps, item, { status: inDoubt ? "unknown" : "failed", reason }, null);
}

async function report(
  { context }: DeployDeps,
  { organizationId, payload: { deploymentId } }: DeployItem,
  result: ApplyDeploymentReport["report"],
  link: string | null,
): Promise<void> {
  await applyDeploymentReport(context, {
    ...{ organizationId, deploymentId, report: result, link },
    ...{ actor: system("the deployer's report"), surface: "deployer" },
  });
}
