import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import { lockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import { matchBuild } from "../../domain/catalog/catalog.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { moveLive } from "./apply-deployment-report.ts";

export type RecordManualDeployment = {
  organizationId: string;
  actor: Actor;
  surface: Surface;
  integrationId: string;
  environmentId: string;
  version: string;
  commit: string | null;
  link: string | null;
};

/**
 * Takes down, by hand, that a build was deployed: it is live there from now on. The same version and commit are the same
 * build; a version with another commit is another one.
 *
 * Refuses `not-admin`, `not-found`, `archived`.
 */
export async function recordManualDeployment(
  context: Context,
  input: RecordManualDeployment,
): Promise<Result<{ deploymentId: string }>> {
  const { organizationId, actor, surface, integrationId, environmentId } = input;
  return commit<{ deploymentId: string }>(context, async (tx, now) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const place = await findPlace(tx, input);
    if (!place.ok) return place;
    await requests.lockAround(tx, organizationId, integrationId, environmentId, null);
    const live = await deployments.live(tx, organizationId, integrationId, [environmentId]);
    const buildId = await findBuild(tx, input, now);
    const id = randomUUID();
    const facts = { organizationId, id, integrationId, environmentId, buildId };
    await deployments.begin(tx, { ...facts, requestNumber: null, startedBy: actor, startedAt: now });
    const attempt = await deployments.lock(tx, organizationId, id);
    if (attempt === undefined) throw new Error("The deployment was not stored");
    const done = { status: "succeeded", reason: null, link: input.link, finishedAt: now } as const;
    await deployments.report(tx, attempt, done);
    await moveLive(tx, attempt, null, now);
    const was = live.get(environmentId);
    await audit.append(tx, [
      {
        ...{ organizationId, at: now, actor, surface, action: "deployment.recorded" },
        subject: `deployment:${id}`,
        before: { live: was === undefined ? null : { buildId: was.buildId, version: was.version } },
        after: { integrationId, environmentId, live: { buildId, version: input.version } },
      },
    ]);
    await homesChangedBy(tx, organizationId, `deployment:${id}`);
    return accept({ deploymentId: id });
  });
}

/** Under the project's lock: neither is archived meanwhile, and a build that two people type at once is one. */
async function findPlace(tx: Tx, input: RecordManualDeployment): Promise<Result<null>> {
  const { organizationId, integrationId, environmentId } = input;
  const known = await findIntegration(tx, organizationId, integrationId);
  if (known === undefined) return refuse({ code: "not-found", what: "integration" });
  await lockProject(tx, organizationId, known.project.id);
  const place = await findIntegration(tx, organizationId, integrationId);
  if (place === undefined) return refuse({ code: "not-found", what: "integration" });
  if (place.archived !== null) return refuse({ code: "archived", what: place.archived });
  return place.environments.some(({ id }) => id === environmentId)
    ? accept(null)
    : refuse({ code: "not-found", what: "environment" });
}

/** The build that was typed; a new one has no other id than ours. */
async function findBuild(tx: Tx, input: RecordManualDeployment, now: Date): Promise<string> {
  const { organizationId, integrationId, version, commit, link } = input;
  const known = await builds.listOfVersion(tx, organizationId, integrationId, version);
  const same = matchBuild(known, commit);
  if (same !== undefined) return same;
  const id = randomUUID();
  return builds.register(tx, {
    ...{ organizationId, id, integrationId, externalId: id, version, commit, link },
    ...{ digest: null, author: null, createdAt: now },
  });
}
