import { randomUUID } from "node:crypto";
import { findDeployer, findIntegration } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { Situation } from "../../domain/requests/drift.ts";
import { beginAttempt } from "../../domain/requests/promote.ts";
import type { PromotionRequest } from "../../domain/requests/request.ts";
import type { Actor, Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { gates } from "../../domain/workflow/workflow.ts";
import { addItems } from "../../outbox/add-items.ts";
import { type Context, commit } from "../shared/context.ts";
import { checkRequester } from "./check-requester.ts";
import { expireIfDue } from "./expire-request.ts";
import { recordChange } from "./record-change.ts";

export type Promote = {
  organizationId: string;
  number: number;
  actor: Actor;
  surface: Surface;
  /** The changes that the person was shown and confirmed, as `must-confirm` named them; null at first. */
  shown: string | null;
};

/**
 * R9: begins the deployment of an approved build, or tries a failed one again. The deployer is called by the outbox.
 *
 * Refuses `not-approved`, `not-reviewed`, `must-confirm`, `not-requester`, `not-found`.
 */
export async function promote(context: Context, input: Promote): Promise<Result<{ deploymentId: string }>> {
  const { organizationId, number, actor } = input;
  return commit(context, async (tx, now) => {
    const locked = await requests.lock(tx, organizationId, number);
    if (locked === undefined) return refuse({ code: "not-found", what: "request" });
    const request = await expireIfDue(tx, locked, now);
    const place = await findIntegration(tx, organizationId, request.integrationId);
    if (place === undefined) return refuse({ code: "not-found", what: "integration" });
    const requester = await checkRequester(tx, organizationId, actor, place.project);
    if (!requester.ok) return requester;
    // R1: what the system approved while the gate was open is not tried again behind a gate that stands now.
    const target = place.environments.find(({ id }) => id === request.targetId);
    const workflow = await workflows.current(tx, organizationId);
    if (request.decision?.by.kind === "system" && target !== undefined && gates(workflow, target)) {
      return refuse({ code: "not-reviewed", number });
    }
    const situation = await deployments.findSituation(tx, organizationId, request);
    return startAttempt(tx, request, situation, input, now);
  });
}

/**
 * Moves a locked request to promoting, opens its deployment and hands it to the outbox, with the deployer of this moment:
 * another one that is chosen later must not end what this one was asked for.
 */
export async function startAttempt(
  tx: Tx,
  request: PromotionRequest,
  situation: Situation,
  by: { actor: Actor; surface: Surface; shown: string | null },
  now: Date,
): Promise<Result<{ deploymentId: string }>> {
  const { organizationId, number, integrationId, targetId, buildId } = request;
  const deploymentId = randomUUID();
  const begun = beginAttempt(request, situation, by.shown, deploymentId, now);
  if (!begun.ok) return begun;
  const { actor, surface, shown } = by;
  const [deployer] = await Promise.all([
    findDeployer(tx, organizationId, integrationId),
    deployments.begin(tx, {
      organizationId,
      id: deploymentId,
      integrationId,
      environmentId: targetId,
      buildId,
      requestNumber: number,
      startedBy: actor,
      startedAt: now,
    }),
  ]);
  await Promise.all([
    requests.save(tx, begun.value),
    addItems(tx, [{ organizationId, kind: "deploy", payload: { deploymentId, deployer } }]),
  ]);
  const facts = shown === null ? {} : { confirmed: shown };
  await recordChange(tx, request, begun.value, { event: "promoting", actor, surface, at: now, facts });
  return accept({ deploymentId });
}
