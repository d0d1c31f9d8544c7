import { randomUUID } from "node:crypto";
import * as audit from "../../../db/audit/audit.ts";
import { findEnvironmentId } from "../../../db/catalog/environments.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import { findMany } from "../../../db/deployments/builds.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import * as bypasses from "../../../db/deployments/bypasses.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { Note } from "../../domain/deployments/build-notes.ts";
import { firstDeadline } from "../../domain/deployments/deployment.ts";
import { reportedTime } from "../../domain/deployments/reported-time.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf } from "../../domain/tokens/token.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { homesChangedBy } from "../delivery/follow-homes.ts";
import { type Context, commit } from "../shared/context.ts";
import { applyReport, type Report } from "./apply-deployment-report.ts";
import { judgeBypass } from "./judge-bypass.ts";
import { reportBypass } from "./report-bypass.ts";

export type IngestDeployment = {
  token: ApiToken;
  integrationId: string;
  /** The deployment's id where it was started. */
  id: string;
  /** The environment's slug, or one that it had before. */
  environment: string;
  /** The build's id where it was built. */
  build: string;
  report: Extract<Report, { status: "in progress" | "succeeded" | "failed" }>;
  link: string | null;
  /** When it started; null if nothing is said of it. */
  startedAt: Date | null;
};

export type IngestedDeployment = bypasses.FoundDeployment & {
  environment: string;
  build: string;
  /** Whether it made the build live that is live now. */
  live: boolean;
};

/** `notes`: what was not stored as it was reported. */
type Ingested = { created: boolean; changed: boolean; deployment: IngestedDeployment; notes: Note[] };

type Target = {
  environment: Environment;
  build: builds.FullBuild;
  /** When it started: as reported or, where nothing was reported, now. */
  startedAt: Date;
};

/**
 * Records a deployment that a pipeline started by itself, or applies a later report with the same id. As for other
 * attempts, the first final report wins, and a success makes the build live unless one that started later succeeded
 * before. A deployment that bypasses the gate (R1), when it is first reported or when it succeeds, is marked, and the
 * admins are told. The first report says when it started.
 *
 * @returns the deployment, whether it is new, whether anything changed, and what was not stored as reported
 *
 * Refuses `not-found` (the integration, environment or build), `token-scope`, `token-project`, `archived`,
 * `deployment-differs`, `time-out-of-range`.
 */
export function ingestDeployment(context: Context, input: IngestDeployment): Promise<Result<Ingested>> {
  const { token, integrationId, report, link } = input;
  const { organizationId } = token;
  return commit<Ingested>(context, async (tx, now) => {
    const target = await resolveTarget(tx, input, now);
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
    // The lock of the warnings comes last, so it waits for the locks of the report.
    if (created && stored.outside) await reportBypass(tx, stored, now);
    const updated = await bypasses.findByExternalId(tx, organizationId, location, input.id);
    const live = await bypasses.findLive(tx, organizationId, location);
    return accept({
      created,
      changed: created || applied.value.changed,
      notes: [...applied.value.notes, ...startNotes(stored, input.startedAt)],
      deployment: {
        ...{ ...(updated ?? stored), environment: environment.slug, build: build.externalId },
        live: live?.deploymentId === stored.id,
      },
    });
  });
}

/** A deployment started once: the first report says when. */
function startNotes({ startedAt }: bypasses.FoundDeployment, reported: Date | null): Note[] {
  if (reported === null || reported.getTime() === startedAt.getTime()) return [];
  return [{ field: "startedAt", note: `Taken as ${startedAt.toISOString()}.` }];
}

/** Refuses `not-found`, `token-scope`, `token-project`, `archived`, `time-out-of-range`. */
async function resolveTarget(tx: Tx, input: IngestDeployment, now: Date): Promise<Result<Target>> {
  const { token, integrationId } = input;
  const { organizationId } = token;
  const access = { token, scope: "deployments:write" as const };
  const integration = await resolveIntegration(tx, { organizationId, integrationId }, access);
  if (!integration.ok) return integration;
  const { environments, project } = integration.value;
  const environmentId = await findEnvironmentId(tx, organizationId, project.id, input.environment);
  const environment = environments.find(({ id }) => id === environmentId);
  if (environment === undefined) return refuse({ code: "not-found", what: "environment" });
  const build = await builds.findByExternalId(tx, organizationId, integrationId, input.build);
  if (build === undefined) return refuse({ code: "not-found", what: "build" });
  const startedAt = reportedTime("startedAt", input.startedAt, now);
  return startedAt.ok ? accept({ environment, build, startedAt: startedAt.value }) : startedAt;
}

/** Stores the deployment, in progress, unless its id is known. Returns whether it was stored. */
async function insertDeployment(
  tx: Tx,
  input: IngestDeployment,
  { environment, build, startedAt }: Target,
  now: Date,
): Promise<boolean> {
  const { token, integrationId, id: externalId } = input;
  const { organizationId } = token;
  const id = randomUUID();
  const location = { integrationId, environmentId: environment.id, buildId: build.id };
  const { outside } = await judgeBypass(tx, { organizationId, ...location, startedAt }, now);
  const actor = actorOf(token);
  const deployment = { organizationId, id, ...location, externalId, outside };
  const created = await bypasses.insert(tx, {
    ...{ ...deployment, startedBy: actor, startedAt },
    reportBy: firstDeadline({ requestNumber: null }, now),
  });
  if (!created) return false;
  await audit.append(tx, [
    {
      ...{ organizationId, at: now, actor, surface: "api", action: "deployment.taken" },
      ...{ subject: `deployment:${id}`, before: null },
      after: { id: externalId, ...location, outside, startedAt },
    },
  ]);
  await homesChangedBy(tx, organizationId, `deployment:${id}`);
  return true;
}
