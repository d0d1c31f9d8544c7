import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as bypasses from "../../../db/deployments/bypasses.ts";
import * as promoted from "../../../db/requests/promoted.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { type BypassFacts, bypassesGate, isBaseline } from "../../domain/deployments/bypass.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";

/** A deployment to judge against the gate. */
export type JudgedDeployment = {
  organizationId: string;
  integrationId: string;
  environmentId: string;
  buildId: string;
  startedAt: Date;
  /** Its place among those that started at the same time; the last if it is not stored yet. */
  sequence?: number;
  /** The request whose attempt it is, if any, as it is before the report. */
  own?: PromotionRequest | undefined;
  /** Whether an admin or a seed file records it. */
  recorded?: boolean;
};

/**
 * R1: returns whether a deployment bypasses the gate by the facts of this moment, and whether it is the first build that
 * an admin or a seed file records in an empty guarded environment. A success is judged when it is reported, with the
 * requests around it locked.
 */
export async function judgeBypass(
  tx: Tx,
  deployment: JudgedDeployment,
  now: Date,
): Promise<{ outside: boolean; baseline: boolean }> {
  const facts = await readFacts(tx, deployment);
  if (facts === null) return { outside: false, baseline: false };
  return { outside: bypassesGate(facts, now), baseline: isBaseline(facts) };
}

/** Returns null where there is no gate. Most deployments are to the first environment, so it skips the other reads. */
async function readFacts(tx: Tx, deployment: JudgedDeployment): Promise<BypassFacts | null> {
  const { organizationId, integrationId, environmentId, buildId, own = null, recorded = false } = deployment;
  const workflow = await workflows.current(tx, organizationId);
  if (!workflow.enabled) return null;
  const integration = await findIntegration(tx, organizationId, integrationId);
  if (integration?.environments[0]?.id === environmentId) return null;
  // An archived environment is in no pipeline, and keeps its guard.
  const environment = (await findEnvironments(tx, organizationId, [environmentId])).get(environmentId);
  if (environment === undefined || !requiresReview(workflow, environment)) return null;
  return {
    ...{ buildId, gated: true, first: false, own, recorded },
    open: (await requests.findOpen(tx, organizationId, integrationId, environmentId)) ?? null,
    ...(await readLive(tx, deployment)),
    promotedSince: await promoted.wasPromoted(tx, deployment),
  };
}

/** Returns what is live there and, if that started later than the deployment, what was live when the deployment started. */
async function readLive(
  tx: Tx,
  { organizationId, startedAt, sequence = Number.POSITIVE_INFINITY, ...target }: JudgedDeployment,
): Promise<Pick<BypassFacts, "live" | "overtaken">> {
  const live = await bypasses.findLive(tx, organizationId, target);
  if (live === undefined) return { live: null };
  const lead = live.startedAt.getTime() - startedAt.getTime();
  const isOvertaken = lead > 0 || (lead === 0 && live.sequence > sequence);
  if (!isOvertaken) return { live };
  const liveAtStart = (await bypasses.findLiveAt(tx, organizationId, target, startedAt)) ?? null;
  return { live, overtaken: { liveAtStart } };
}
