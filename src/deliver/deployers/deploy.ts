import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { AttemptEnd } from "../../domain/requests/promote.ts";
import { getAttempt } from "../../queries/deployments/get-attempt.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { Item } from "../item.ts";
import type { Deployer } from "./deployer.ts";

export type DeployDeps = {
  db: Db;
  deployers: Readonly<Record<string, Deployer>>;
  report(
    organizationId: string,
    deploymentId: string,
    report: { status: "accepted" } | AttemptEnd,
    link: string | null,
  ): Promise<unknown>;
};

/** The deployer is the integration's of when the attempt began. An item of an earlier version names none. */
type Payload = { deploymentId: string; deployer?: string };

/** Hands an attempt to its deployer and takes down what that answers. */
export async function deploy(parts: DeployDeps, item: Item, signal?: AbortSignal): Promise<Outcome> {
  const { organizationId, inDoubt } = item;
  const { deploymentId, deployer: chosen } = item.payload as Payload;
  const attempt = await getAttempt(parts.db, organizationId, deploymentId);
  // Whoever reported on it before we noted that it was accepted has it, and need not be asked again.
  if (attempt === undefined || attempt.status !== "in progress" || attempt.acceptedAt !== null) {
    return { kind: "done" };
  }
  const name = chosen ?? attempt.deployer;
  const deployer = Object.hasOwn(parts.deployers, name) ? parts.deployers[name] : undefined;
  if (deployer === undefined) {
    const reason = `there is no deployer called ${name}`;
    await parts.report(organizationId, deploymentId, { status: "failed", reason }, null);
    return { kind: "done" };
  }
  const deployed = await deployer(attempt, { inDoubt, signal });
  if (deployed.kind === "retry") return deployed;
  const report = deployed.kind === "ended" ? deployed.end : ({ status: "accepted" } as const);
  await parts.report(organizationId, deploymentId, report, deployed.link);
  return { kind: "done" };
}

/**
 * An attempt that was never answered ends as unknown, as it may be running; as failed where no call ever got through.
 * One that was heard of all the same is waited for as long as every other.
 */
export async function abandon(parts: DeployDeps, item: Item, reason: string): Promise<void> {
  const { organizationId, inDoubt } = item;
  const { deploymentId } = item.payload as Payload;
  const attempt = await getAttempt(parts.db, organizationId, deploymentId);
  if (attempt?.status === "in progress" && attempt.reportBy !== null) return;
  await parts.report(organizationId, deploymentId, { status: inDoubt ? "unknown" : "failed", reason }, null);
}
