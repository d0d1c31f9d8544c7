import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import { shareLockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as warnings from "../../../db/delivery/warnings.ts";
import { findMany } from "../../../db/deployments/builds.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import * as outside from "../../../db/deployments/bypasses.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import { bypassesGate, bypassSubject } from "../../domain/deployments/bypass.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { tellAdmins } from "../delivery/tell-admins.ts";
import { type Context, commit } from "../shared/context.ts";
import { type Report, takeReport } from "./apply-deployment-report.ts";

export type IngestDeployment = {
  token: ApiToken;
  integrationId: string;
  /** Its id where it was begun. */
  id: string;
  /** The environment's slug. */
  environment: string;
  /** The build's id where it was built. */
  build: string;
  report: Extract<Report, { status: "in progress" | "succeeded" | "failed" }>;
  link: string | null;
};

export type IngestedDeployment = outside.FoundDeployment & {
  environment: string;
  build: string;
  /** Whether what is live there came by it. */
  live: boolean;
};

type Taken = { created: boolean; changed: boolean; deployment: IngestedDeployment };

type Found = { environment: Environment; first: boolean; build: builds.FullBuild };

/**
 * Takes down a deployment that was begun elsewhere, or what is said of it later under the same id: as for our own
 * attempts the first final report wins, and a success is live unless a newer one was before. One that went past the gate
 * is taken down too, marked, and the admins are told.
 *
 * Refuses `token-scope`, `token-project`, `not-found` (the integration, environment or build), `archived`,
 * `deployment-differs`.
 */
export function ingestDeployment(context: Context, input: IngestDeployment): Promise<Result<Taken>> {
  const { token, integrationId, report, link } = input;
  const { organizationId } = token;
  return commit<Taken>(context, async (tx, now) => {
    const found = await findPlace(tx, input);
    if (!found.ok) return found;
    const { environment, build } = found.value;
    const place = { integrationId, environmentId: environment.id };
    const created = await takeIn(tx, input, found.value, now);
    const known = await outside.findByExternalId(tx, organizationId, place, input.id);
    if (known === undefined) throw new Error("The deployment was not stored");
    if (known.buildId !== build.id) {
      const other = (await findMany(tx, organizationId, [known.buildId])).get(known.buildId);
      return refuse({ code: "deployment-differs", id: input.id, build: other?.externalId ?? "" });
    }
    const taken = await takeReport(tx, now, {
      ...{ organizationId, deploymentId: known.id, report, link },
      ...{ actor: actorOf(token), surface: "api" },
    });
    if (!taken.ok) return taken;
    const [deployment, live] = [
      (await outside.findByExternalId(tx, organizationId, place, input.id)) ?? known,
      await outside.findLive(tx, organizationId, place),
    ];
    return accept({
      created,
      changed: created || taken.value.changed,
      deployment: {
        ...{ ...deployment, environment: environment.slug, build: build.externalId },
        live: live?.deploymentId === known.id,
      },
    });
  });
}

/** Under the project's lock, so that the pipeline stays as it is meanwhile. */
async function findPlace(tx: Tx, input: IngestDeployment): Promise<Result<Found>> {
  const { token, integrationId } = input;
  const { organizationId } = token;
  await shareLockProject(tx, organizationId, integrationId);
  const place = await findIntegration(tx, organizationId, integrationId);
  if (place === undefined) return refuse({ code: "not-found", what: "integration" });
  const allowed = mayUse(token, "deployments:write", place.project.id);
  if (!allowed.ok) return allowed;
  if (place.archived !== null) return refuse({ code: "archived", what: place.archived });
  const at = place.environments.findIndex(({ slug }) => slug === input.environment);
  const environment = place.environments[at];
  if (environment === undefined) return refuse({ code: "not-found", what: "environment" });
  const build = await builds.findByExternalId(tx, organizationId, integrationId, input.build);
  if (build === undefined) return refuse({ code: "not-found", what: "build" });
  return accept({ environment, first: at === 0, build });
}

/** Stores a deployment that is not known yet, in progress. Answers whether it was new. */
async function takeIn(tx: Tx, input: IngestDeployment, found: Found, now: Date): Promise<boolean> {
  const { token, integrationId, id: externalId } = input;
  const { organizationId } = token;
  const { environment, build } = found;
  const id = randomUUID();
  const past = await bypassedGate(tx, input, found, now);
  const place = { integrationId, environmentId: environment.id, buildId: build.id };
  const actor = actorOf(token);
  const deployment = { organizationId, id, ...place, externalId, outside: past };
  const isNew = await outside.insert(tx, { ...deployment, startedBy: actor, startedAt: now });
  if (!isNew) return false;
  await audit.append(tx, [
    {
      ...{ organizationId, at: now, actor, surface: "api", action: "deployment.taken" },
      ...{ subject: `deployment:${id}`, before: null },
      after: { id: externalId, ...place, outside: past },
    },
  ]);
  await homesChangedBy(tx, organizationId, `deployment:${id}`);
  if (past) await reportBypass(tx, organizationId, id, now);
  return true;
}

/** The admins are told of each, whatever becomes of it until somebody looks. */
async function reportBypass(tx: Tx, organizationId: string, deploymentId: string, now: Date): Promise<void> {
  await warnings.lock(tx, organizationId);
  await tellAdmins(tx, organizationId, [bypassSubject(deploymentId)], now);
}

/** R1: whether it went past the gate, as the gate stands now. */
async function bypassedGate(tx: Tx, input: IngestDeployment, found: Found, now: Date): Promise<boolean> {
  const { token, integrationId } = input;
  const { organizationId } = token;
  const { environment, first, build } = found;
  const workflow = await workflows.current(tx, organizationId);
  const gated = requiresReview(workflow, environment);
  // Most deployments are those of the first environment: nothing more is read for them.
  if (!gated || first) return false;
  const place = { integrationId, environmentId: environment.id };
  const live = (await outside.findLive(tx, organizationId, place)) ?? null;
  const open = (await requests.findOpen(tx, organizationId, integrationId, environment.id)) ?? null;
  return bypassesGate({ buildId: build.id, gated, first, open, live }, now);
}
