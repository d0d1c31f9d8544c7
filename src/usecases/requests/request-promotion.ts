import { findIntegration, type IntegrationInPipeline } from "../../../db/catalog/integrations.ts";
import { shareLockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { nextRequestNumber } from "../../../db/people/organizations.ts";
import { listRoleHolders } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { promotable, type Step, steps } from "../../domain/catalog/pipeline.ts";
import { replace, replaceable } from "../../domain/requests/cancel.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import { expiry, isOpen, type PromotionRequest, requesters } from "../../domain/requests/request.ts";
import { type Actor, actingMember, type Surface, system } from "../../domain/shared/actor.ts";
import { limits } from "../../domain/shared/limits.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { gates, openGateReason, type Workflow } from "../../domain/workflow/workflow.ts";
import { type Context, commit } from "../shared/context.ts";
import { checkRequester } from "./check-requester.ts";
import { expireIfDue } from "./expire-request.ts";
import { startAttempt } from "./promote.ts";
import { recordChange } from "./record-change.ts";

export type RequestPromotion = {
  organizationId: string;
  actor: Actor;
  surface: Surface;
  integrationId: string;
  targetId: string;
  /** R2: the build that the person was shown. */
  buildId: string;
  /** R9, where the gate is open: the changes that the person was shown and confirmed. */
  shown: string | null;
  message: string;
  /** R3: the open request that this one takes the place of. */
  replaces: number | null;
  /** R1: whether the person was shown that a review is needed; undefined where they were shown nothing. */
  gated?: boolean | undefined;
};

export type Requested = { number: number; replaced: number | null; state: "pending" | "promoting" };

/**
 * Submits a promotion request; where the gate is open (R1) it is approved by the system and promoted at once.
 *
 * Refuses by R1 (`open-request`, `gate-changed`), R2 (`nothing-live`, `already-live`, `build-changed`, `no-source`), R3 (`open-request`,
 * `not-replaceable`), R6 (`too-few-reviewers`), R9 (`must-confirm`), R14 (`not-requester`), and `not-found`, `archived`,
 * `text-too-long`.
 */
export async function requestPromotion(
  context: Context,
  input: RequestPromotion,
): Promise<Result<Requested>> {
  const { organizationId } = input;
  if (input.message.length > limits.message) {
    return refuse({ code: "text-too-long", field: "message", limit: limits.message });
  }
  const number = await nextRequestNumber(context.db, organizationId);
  return commit(context, async (tx, now) => {
    const found = await findStep(tx, input);
    if (!found.ok) return found;
    const { place, step } = found.value;
    const requester = await checkRequester(tx, organizationId, input.actor, place.project);
    if (!requester.ok) return requester;
    const workflow = await workflows.current(tx, organizationId);
    // Whoever waited here for a request that was just promoted must see what that one made live.
    const inTheWay = await lockInTheWay(tx, input, now);
    const live = await deployments.live(tx, organizationId, input.integrationId, [
      step.source.id,
      step.target.id,
    ]);
    const targetBuildId = live.get(step.target.id)?.buildId ?? null;
    const build = promotable(step, {
      source: live.get(step.source.id) ?? null,
      target: live.get(step.target.id) ?? null,
    });
    const liveBuildId = build.ok ? build.value.buildId : null;
    const cleared = await clearTheWay(tx, input, inTheWay, workflow, liveBuildId, number, now);
    if (!cleared.ok) return cleared;
    if (!build.ok) return build;
    if (build.value.buildId !== input.buildId) return refuse({ code: "build-changed" });
    const gated = gates(workflow, step.target);
    if (input.gated !== undefined && input.gated !== gated) return refuse({ code: "gate-changed", gated });
    const request = draft(input, number, place, step, targetBuildId, workflow, now);
    return gated
      ? submit(tx, request, workflow, input, cleared.value, now)
      : promoteAtOnce(tx, request, workflow, input, cleared.value, now);
  });
}

async function findStep(
  tx: Tx,
  input: RequestPromotion,
): Promise<Result<{ place: IntegrationInPipeline; step: Step }>> {
  // A change of the pipeline waits, and then finds the new request in its way.
  await shareLockProject(tx, input.organizationId, input.integrationId);
  const place = await findIntegration(tx, input.organizationId, input.integrationId);
  if (place === undefined) return refuse({ code: "not-found", what: "integration" });
  if (place.archived !== null) return refuse({ code: "archived", what: place.archived });
  const target = place.environments.find((environment) => environment.id === input.targetId);
  if (target === undefined) return refuse({ code: "not-found", what: "environment" });
  const step = steps(place.environments).find((candidate) => candidate.target.id === target.id);
  if (step === undefined) return refuse({ code: "no-source", target: target.name });
  return accept({ place, step });
}

/** What stands where a new request is to stand: nothing, one that was closed while we waited for it, or an open one. */
type InTheWay = "nothing" | "closed" | PromotionRequest;

/** R3, R11: locks the open request in the way; one that is overdue is expired here. */
async function lockInTheWay(tx: Tx, input: RequestPromotion, now: Date): Promise<InTheWay> {
  const { organizationId, integrationId, targetId } = input;
  const found = await requests.findOpen(tx, organizationId, integrationId, targetId);
  if (found === undefined) return "nothing";
  const locked = await requests.lock(tx, organizationId, found.number);
  const current = locked && (await expireIfDue(tx, locked, now));
  return current !== undefined && isOpen(current.state) ? current : "closed";
}

/** R3: the open request in the way is refused, or cancelled if it is to be replaced. Answers which was replaced. */
async function clearTheWay(
  tx: Tx,
  input: RequestPromotion,
  current: InTheWay,
  workflow: Workflow,
  liveBuildId: string | null,
  number: number,
  now: Date,
): Promise<Result<number | null>> {
  if (current === "closed") return accept(null);
  if (current === "nothing") {
    return input.replaces === null
      ? accept(null)
      : refuse({ code: "not-replaceable", number: input.replaces });
  }
  const mayReplace = replaceable(current, liveBuildId, now);
  if (input.replaces !== current.number) {
    return refuse({
      code: "open-request",
      number: current.number,
      replaceable: mayReplace,
      workflowOff: !workflow.enabled,
    });
  }
  if (!mayReplace || input.buildId !== liveBuildId) {
    return refuse({ code: "not-replaceable", number: current.number });
  }
  const cancelled = replace(current, input.actor, number, now);
  await requests.save(tx, cancelled);
  const { actor, surface } = input;
  await recordChange(tx, current, cancelled, { event: "cancelled", actor, surface, at: now });
  return accept(current.number);
}

function draft(
  input: RequestPromotion,
  number: number,
  place: IntegrationInPipeline,
  step: Step,
  targetBuildId: string | null,
  workflow: Workflow,
  now: Date,
): PromotionRequest {
  return {
    organizationId: input.organizationId,
    number,
    version: 1,
    projectId: place.project.id,
    integrationId: place.integration.id,
    sourceId: step.source.id,
    targetId: step.target.id,
    buildId: input.buildId,
    targetBuildId,
    requestedBy: input.actor,
    requesterId: actingMember(input.actor) ?? "",
    message: input.message.trim(),
    createdAt: now,
    approvals: 0,
    decision: null,
    state: { name: "pending", expiresAt: expiry("pending", workflow.options, now) },
  };
}

async function submit(
  tx: Tx,
  request: PromotionRequest,
  workflow: Workflow,
  input: RequestPromotion,
  replaced: number | null,
  now: Date,
): Promise<Result<Requested>> {
  const { organizationId, projectId } = request;
  const asked = { projectId, requesters: requesters(request) };
  const candidates = await listRoleHolders(tx, organizationId, workflow.roleIds);
  const reviewers = eligibleReviewers(candidates, asked, workflow);
  const required = workflow.options.requiredApprovals;
  if (reviewers.length < required) {
    const workflowRoles = await roles.names(tx, organizationId, workflow.roleIds);
    return refuse({ code: "too-few-reviewers", required, available: reviewers.length, workflowRoles });
  }
  const inserted = await insert(tx, request, workflow);
  if (!inserted.ok) return inserted;
  const { actor, surface } = input;
  await recordChange(tx, null, request, { event: "requested", actor, surface, at: now });
  return accept({ number: request.number, replaced, state: "pending" });
}

/** R1: the system approves, and the attempt begins, in this same transaction. */
async function promoteAtOnce(
  tx: Tx,
  request: PromotionRequest,
  workflow: Workflow,
  input: RequestPromotion,
  replaced: number | null,
  now: Date,
): Promise<Result<Requested>> {
  const approved: PromotionRequest = {
    ...request,
    decision: { outcome: "approved", at: now, by: system(openGateReason(workflow)) },
    state: { name: "approved", expiresAt: expiry("approved", workflow.options, now) },
  };
  const inserted = await insert(tx, approved, workflow);
  if (!inserted.ok) return inserted;
  const { actor, surface } = input;
  await recordChange(tx, null, approved, { event: "requested", actor, surface, at: now });
  const situation = await deployments.findSituation(tx, request.organizationId, request);
  const started = await startAttempt(tx, approved, situation, input, now);
  if (!started.ok) return started;
  return accept({ number: request.number, replaced, state: "promoting" });
}

/** R3: the unique index decides between two who submit at once. */
async function insert(
  tx: Tx,
  request: PromotionRequest,
  workflow: Workflow,
  tries = 3,
): Promise<Result<null>> {
  if (await requests.insert(tx, request)) return accept(null);
  const { organizationId, integrationId, targetId } = request;
  const first = await requests.findOpen(tx, organizationId, integrationId, targetId);
  // The one that was first may have been closed since: then the place is free.
  if (first === undefined && tries > 1) return insert(tx, request, workflow, tries - 1);
  if (first === undefined) throw new Error(`#${request.number} was not stored`);
  return refuse({
    code: "open-request",
    number: first.number,
    replaceable: first.buildId !== request.buildId && first.state.name !== "promoting",
    workflowOff: !workflow.enabled,
  });
}
