import * as builds from "../../db/builds.ts";
import * as catalog from "../../db/catalog.ts";
import type { Db } from "../../db/connect.ts";
import * as deployments from "../../db/deployments.ts";

/** What a deployer is told of an attempt. */
export type AttemptView = {
  organizationId: string;
  deploymentId: string;
  status: deployments.Deployment["status"];
  requestNumber: number | null;
  deployer: string;
  project: { slug: string; name: string };
  integration: { slug: string; name: string };
  target: { slug: string; name: string };
  build: builds.Build;
};

export async function getAttempt(
  db: Db,
  organizationId: string,
  deploymentId: string,
): Promise<AttemptView | undefined> {
  const attempt = await deployments.find(db, organizationId, deploymentId);
  if (attempt === undefined) return undefined;
  const [place, environments, known] = await Promise.all([
    catalog.findIntegration(db, organizationId, attempt.integrationId),
    catalog.findEnvironments(db, organizationId, [attempt.environmentId]),
    builds.findMany(db, organizationId, [attempt.buildId]),
  ]);
  const target = environments.get(attempt.environmentId);
  const build = known.get(attempt.buildId);
  if (place === undefined || target === undefined || build === undefined) return undefined;
  const { status, requestNumber } = attempt;
  const { project, integration } = place;
  return {
    organizationId,
    deploymentId,
    status,
    requestNumber,
    deployer: integration.deployer,
    project,
    integration,
    target,
    build,
  };
}
