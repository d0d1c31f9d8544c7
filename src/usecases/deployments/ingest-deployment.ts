import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { findMany } from "../../../db/deployments/builds.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import * as bypasses from "../../../db/deployments/bypasses.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { bypassesGate, bypassSubject } from "../../domain/deployments/bypass.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf } from "../../domain/tokens/token.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { type Context, commit } from "../shared/context.ts";
import { applyReport, type Report } from "./apply-deployment-report.ts";

export type IngestDeployment = {
  token: ApiToken;
  integrationId: string;
  /** The deployment's id where it was started. */
  id: string;
  /** The environment's slug. */
  environment: string;
  /** The build's id where it was built. */
  build: string;
  report: Extract<Report, { status: "in progress" | "succeeded" | "failed" }>;
  link: string | null;
};

export type IngestedDeployment = bypasses.FoundDeployment & {
  environment: string;
  build: string;
  /** Whether it made the build live that is live now. */
  live: boolean;
};

type Ingested = { created: boolean; changed: boolean; deployment: IngestedDeployment };

type Target = {
  environment: Environment;
  /** Whether it is the first environment of the pipeline. */
  first: boolean;
  build: builds.FullBuild;
};

/**
 * Records a deployment that a pipeline started by itself, or applies a later report with the same id. As for other
 * attempts, the first final report wins, and a success makes the build live unless a newer one succeeded before. A
 * deployment that bypassed the gate (R1) is marked, and the admins are told.
 *
 * @returns the deployment, whether it is new, and whether anything changed
 *
 * Refuses `not-found` (the integration, environment or build), `token-scope`, `token-project`, `archived`,
 * `deployment-differs`.
 */
export function ingestDeployment(context: Context, input: IngestDeployment): Promise<Result<Ingested>> {
  const { token, integrationId, report, link } = input;
  const { organizationId } = token;
  return commit<Ingested>(context, async (tx, now) => {
    const target = await resolveTarget(tx, input);
    if (!target.ok) return target;
    const { environment, build } = target.value;
    const location = { integrationId, environmentId: environment.id };
    const created = await insertDeployment(tx, input, target.value, now);
    const stored = await bypasses.findByExternalId(tx, organizationId, location, input.id);
    if (stored === undefined) throw new Error("The deployment was not stored");
    if (stored.buildId !== build.id) {
      const other = (await findMany(tx, organizationId, [stored.buildId])).get(stored.buildId);
      return refuse({ code: "deployment-differs", id: input.id, build: other?.externalId ?? "" });
    }
    const applied = await applyReport(tx, now, {
      ...{ organizationId, deploymentId: stored.id, report, link },
      ...{ actor: actorOf(token), surface: "api" },
    });
    if (!applied.ok) return applied;
    const updated = await bypasses.findByExternalId(tx, organizationId, location, input.id);
    const live = await bypasses.findLive(tx, organizationId, location);
    return accept({
      created,
      changed: created || applied.value.changed,
      deployment: {
        ...{ ...(updated ?? stored), environment: environment.slug, build: build.externalId },
        live: live?.deploymentId === stored.id,
      },
    });
  });
}

/** Refuses `not-found`, `token-scope`, `token-project`, `archived`. */
async function resolveTarget(tx: Tx, input: IngestDeployment): Promise<Result<Target>> {
  const { token, integrationId } = input;
  const { organizationId } = token;
  const access = { token, scope: "deployments:write" as const };
  const integration = await resolveIntegration(tx, { organizationId, integrationId }, access);
  if (!integration.ok) return integration;
  const { environments } = integration.value;
  const position = environments.findIndex(({ slug }) => slug === input.environment);
  const environment = environments[position];
  if (environment === undefined) return refuse({ code: "not-found", what: "environment" });
  const build = await builds.findByExternalId(tx, organizationId, integrationId, input.build);
  if (build === undefined) return refuse({ code: "not-found", what: "build" });
  return accept({ environment, first: position === 0, build });
}

/** Stores the deployment, in progress, unless its id is known. Returns whether it was stored. */
async function insertDeployment(
  tx: Tx,
  input: IngestDeployment,
  target: Target,
  now: Date,
): Promise<boolean> {
  const { token, integrationId, id: externalId } = input;
  const { organizationId } = token;
  const { environment, build } = target;
  const id = randomUUID();
  const outside = await bypassedGate(tx, input, target, now);
  const location = { integrationId, environmentId: environment.id, buildId: build.id };
  const actor = actorOf(token);
  const deployment = { organizationId, id, ...location, externalId, outside };
  const created = await bypasses.insert(tx, { ...deployment, startedBy: actor, startedAt: now });
  if (!created) return false;
  await audit.append(tx, [
    {
      ...{ organizationId, at: now, actor, surface: "api", action: "deployment.taken" },
      ...{ subject: `deployment:${id}`, before: null },
      after: { id: externalId, ...location, outside },
    },
  ]);
  await homesChangedBy(tx, organizationId, `deployment:${id}`);
  if (outside) await reportBypass(tx, organizationId, id, now);
  return true;
}

/** Tells the admins about each bypass, whatever happens to the deployment later. */
async function reportBypass(tx: Tx, organizationId: string, deploymentId: string, now: Date): Promise<void> {
  await warnings.lock(tx, organizationId);
  await tellAdmins(tx, organizationId, [bypassSubject(deploymentId)], now);
}

/** R1: returns whether the deployment bypassed the gate, by the current workflow. */
async function bypassedGate(tx: Tx, input: IngestDeployment, target: Target, now: Date): Promise<boolean> {
  const { token, integrationId } = input;
  const { organizationId } = token;
  const { environment, first, build } = target;
  const workflow = await workflows.current(tx, organizationId);
  const gated = requiresReview(workflow, environment);
  // Most deployments are to the first environment, so it skips the other reads.
  if (!gated || first) return false;
  const location = { integrationId, environmentId: environment.id };
  const live = (await bypasses.findLive(tx, organizationId, location)) ?? null;
  const open = (await requests.findOpen(tx, organizationId, integrationId, environment.id)) ?? null;
  return bypassesGate({ buildId: build.id, gated, first, open, live }, now);
}
