import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import { lockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import { matchBuild } from "../../domain/catalog/catalog.ts";
import { matchCommit } from "../../domain/deployments/build-identity.ts";
import { cleanBuild } from "../../domain/deployments/clean-build.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type By, type Context, commit } from "../shared/context.ts";
import { storeSuccess } from "./store-success.ts";

export type RecordManualDeployment = By & {
  integrationId: string;
  environmentId: string;
  version: string;
  commit: string | null;
  link: string | null;
};

/**
 * Records a deployment that an admin describes by hand, and makes its build live. A build is identified by its version
 * and commit; the same version with another commit is another build. In a guarded environment that is not empty, a build
 * that nobody approved is marked as outside approval, and the admins are told (R1). Returns the deployment's id.
 *
 * Refuses `not-admin`, `not-found`, `archived`, `commit-ambiguous`.
 */
export async function recordManualDeployment(
  context: Context,
  given: RecordManualDeployment,
): Promise<Result<{ deploymentId: string }>> {
  const input = cleanBuild(given);
  return commit<{ deploymentId: string }>(context, async (tx, now) => {
    const admin = await checkAdmin(tx, input.organizationId, input.actor);
    if (!admin.ok) return admin;
    const target = await lockTarget(tx, input);
    if (!target.ok) return target;
    const id = await findOrRegisterBuild(tx, input, now);
    if (!id.ok) return id;
    const build = { id: id.value, version: input.version };
    return accept({ deploymentId: await recordDeployment(tx, input, build, now) });
  });
}

type DeploymentTarget = By & Pick<RecordManualDeployment, "integrationId" | "environmentId" | "link">;

/**
 * Records a successful deployment that no request started, by an admin or a seed file, and makes its build live. The
 * project must be locked. Returns the deployment's id.
 */
export async function recordDeployment(
  tx: Tx,
  target: DeploymentTarget,
  build: { id: string; version: string },
  now: Date,
): Promise<string> {
  const { organizationId, actor, surface, integrationId, environmentId, link } = target;
  await requests.lockAround(tx, organizationId, integrationId, environmentId, null);
  const live = await deployments.live(tx, organizationId, integrationId, [environmentId]);
  const success = { organizationId, actor, integrationId, environmentId, buildId: build.id, link };
  const stored = await storeSuccess(tx, success, now);
  const { outside, baseline } = stored;
  const previous = live.get(environmentId);
  await audit.append(tx, [
    {
      ...{ organizationId, at: now, actor, surface, action: "deployment.recorded" },
      subject: `deployment:${stored.id}`,
      before: { live: previous ? { buildId: previous.buildId, version: previous.version } : null },
      after: {
        ...{ integrationId, environmentId, live: { buildId: build.id, version: build.version } },
        ...{ outside, baseline },
      },
    },
  ]);
  await homesChangedBy(tx, organizationId, `deployment:${stored.id}`);
  return stored.id;
}

/**
 * Locks the project, so that nothing is archived meanwhile and two people who type the same build register one.
 *
 * Refuses `not-found`, `archived`.
 */
async function lockTarget(tx: Tx, input: RecordManualDeployment): Promise<Result<null>> {
  const { organizationId, integrationId, environmentId } = input;
  const found = await findIntegration(tx, organizationId, integrationId);
  if (found === undefined) return refuse({ code: "not-found", what: "integration" });
  await lockProject(tx, organizationId, found.project.id);
  const integration = await resolveIntegration(tx, input);
  if (!integration.ok) return integration;
  return integration.value.environments.some(({ id }) => id === environmentId)
    ? accept(null)
    : refuse({ code: "not-found", what: "environment" });
}

/** Returns the id of the build that was typed. A new one is its own external id. Refuses `commit-ambiguous`. */
async function findOrRegisterBuild(
  tx: Tx,
  input: RecordManualDeployment,
  now: Date,
): Promise<Result<string>> {
  const { organizationId, integrationId, version, commit, link } = input;
  const sameVersion = await builds.listOfVersion(tx, organizationId, integrationId, version);
  const match = commit === null ? null : matchCommit(sameVersion, commit);
  if (commit !== null && match?.kind === "ambiguous") {
    return refuse({ code: "commit-ambiguous", commit, count: match.count });
  }
  const existing = matchBuild(sameVersion, commit);
  if (existing !== undefined) return accept(existing);
  const id = randomUUID();
  const stored = await builds.register(tx, {
    ...{ organizationId, id, integrationId, externalId: id, version, commit, link },
    ...{ digest: null, author: null, createdAt: now },
  });
  return accept(stored);
}
