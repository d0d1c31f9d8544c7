import type { Outcome } from "../../domain/outcome.ts";
import type { AttemptEnd } from "../../domain/promote.ts";
import type { Db } from "../../queries/db.ts";
import { getAttempt } from "../../queries/get-attempt.ts";
import type { Item } from "../item.ts";
import type { Deployer } from "./deployer.ts";

export type DeployParts = {
  db: Db;
  deployers: Readonly<Record<string, Deployer>>;
  report(
    organizationId: string,
    deploymentId: string,
    report: { status: "in progress" } | AttemptEnd,
    link: string | null,
  ): Promise<unknown>;
};

/** Hands an attempt to its integration's deployer and takes down what that answers. */
export async function deploy(parts: DeployParts, item: Item): Promise<Outcome> {
  const { organizationId } = item;
  const { deploymentId } = item.payload as { deploymentId: string };
  const attempt = await getAttempt(parts.db, organizationId, deploymentId);
  if (attempt === undefined || attempt.status !== "in progress") return { kind: "done" };
  const deployer = parts.deployers[attempt.deployer];
  if (deployer === undefined) {
    const reason = `there is no deployer called ${attempt.deployer}`;
    await parts.report(organizationId, deploymentId, { status: "failed", reason }, null);
    return { kind: "done" };
  }
  const deployed = await deployer(attempt);
  if (deployed.kind === "retry") return deployed;
  const report = deployed.kind === "ended" ? deployed.end : ({ status: "in progress" } as const);
  await parts.report(organizationId, deploymentId, report, deployed.link);
  return { kind: "done" };
}

/** An attempt that was never answered ends as unknown: it may be running. */
export async function abandon(parts: DeployParts, item: Item, reason: string): Promise<void> {
  const { deploymentId } = item.payload as { deploymentId: string };
  await parts.report(item.organizationId, deploymentId, { status: "unknown", reason }, null);
}
