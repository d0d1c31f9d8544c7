import { randomUUID } from "node:crypto";
import {
  findDeployer,
  findIntegration,
  type IntegrationInPipeline,
} from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { findBound } from "../../../db/requests/bound-facts.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { firstDeadline } from "../../domain/deployments/deployment.ts";
import type { BoundFacts } from "../../domain/requests/bound-facts.ts";
import { fingerprint, type Situation } from "../../domain/requests/drift.ts";
import { beginAttempt } from "../../domain/requests/promote.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import type { Shown } from "../../domain/requests/shown.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type By, type Context, commit } from "../shared/context.ts";
import { checkRequester } from "./check-requester.ts";
import { checkShown } from "./check-shown.ts";
import { expireIfDue } from "./expire-request.ts";
import { recordChange } from "./record-change.ts";

/** Who promotes, and the fingerprint from `must-confirm` of the changes that they confirmed; null if none so far. */
type Confirmed = By & { confirmedFingerprint: string | null };

export type Promote = Confirmed & {
  number: number;
  /** What the person saw; undefined on surfaces without buttons. */
  shown?: Shown;
  /** Whether the person was not asked yet about cautions that the surface shows. The API returns those and never asks. */
  unasked?: boolean;
};

/**
 * R9: starts the deployment of an approved build, or retries a failed one. The outbox calls the deployer. Returns the
 * deployment's id.
 *
 * Refuses `not-found`, `unknown-card`, `not-requester`, `not-reviewed`, `not-approved`, `must-confirm`, `request-changed`.
 */
export async function promote(context: Context, input: Promote): Promise<Result<{ deploymentId: string }>> {
  const { organizationId, number, actor } = input;
  return commit(context, async (tx, now) => {
    const locked = await requests.lock(tx, organizationId, number);
    if (locked === undefined) return refuse({ code: "not-found", what: "request" });
    const shown = await checkShown(tx, organizationId, number, input.shown);
    if (!shown.ok && shown.refusal.code === "unknown-card") return shown;
    const request = await expireIfDue(tx, locked, now);
    const integration = await findIntegration(tx, organizationId, request.integrationId);
    if (integration === undefined) return refuse({ code: "not-found", what: "integration" });
    const requester = await checkRequester(tx, organizationId, actor, integration.project);
    if (!requester.ok) return requester;
    if (await lacksReview(tx, request, integration)) return refuse({ code: "not-reviewed", number });
    const situation = await deployments.findSituation(tx, organizationId, request);
    const bound = await findBound(tx, request);
    const started = await startAttempt(tx, request, { ...situation, bound }, input, now);
    // R9 comes first: it says what changed since the decision. A refusal takes the attempt back.
    return started.ok ? confirmShown(number, started, shown, input) : started;
  });
}

/** Refuses to promote what was shown otherwise, or with cautions about which the person was not asked. */
function confirmShown<T>(
  number: number,
  started: Result<T>,
  shown: Result<null>,
  { unasked }: Promote,
): Result<T> {
  if (!shown.ok) return shown;
  return unasked === true
    ? refuse({ code: "must-confirm", number, changes: [], shown: fingerprint([]) })
    : started;
}

/** R1: returns whether the system approved a request that needs a review now. It cannot be tried again. */
async function lacksReview(
  tx: Tx,
  { organizationId, targetId, decision }: PromotionRequest,
  { environments }: IntegrationInPipeline,
): Promise<boolean> {
  const target = environments.find(({ id }) => id === targetId);
  if (decision?.by.kind !== "system" || target === undefined) return false;
  return requiresReview(await workflows.current(tx, organizationId), target);
}

/**
 * Moves a locked request to promoting, stores its deployment, and adds it to the outbox with the current deployer and names:
 * a deployer or name that is chosen later does not affect this attempt. Returns the deployment's id.
 *
 * Refuses `not-approved`, `must-confirm`.
 */
export async function startAttempt(
  tx: Tx,
  request: PromotionRequest,
  situation: Situation,
  { actor, surface, confirmedFingerprint }: Confirmed,
  now: Date,
): Promise<Result<{ deploymentId: string }>> {
  const { organizationId, number, integrationId, targetId, buildId } = request;
  const deploymentId = randomUUID();
  const begun = beginAttempt(request, situation, confirmedFingerprint, deploymentId, now);
  if (!begun.ok) return begun;
  const deployer = await findDeployer(tx, organizationId, integrationId);
  const { facts: bound } = situation.bound ?? (await findBound(tx, request));
  await deployments.begin(tx, {
    ...{ organizationId, id: deploymentId, integrationId, environmentId: targetId, buildId },
    ...{ requestNumber: number, startedBy: actor, startedAt: now, deployer },
    reportBy: firstDeadline({ requestNumber: number }, now),
  });
  await Promise.all([
    requests.save(tx, begun.value),
    addItems(tx, [
      { organizationId, kind: "deploy", payload: { deploymentId, deployer, names: namesIn(bound) } },
    ]),
  ]);
  const facts = confirmedFingerprint === null ? {} : { confirmed: confirmedFingerprint };
  await recordChange(tx, request, begun.value, { event: "promoting", actor, surface, at: now, facts });
  return accept({ deploymentId });
}

function namesIn({ project, integration, source, target }: BoundFacts) {
  const named = ({ name, slug }: { name: string; slug: string }) => ({ name, slug });
  return {
    ...{ project: named(project), integration: named(integration) },
    ...{ source: named(source), target: named(target) },
  };
}
