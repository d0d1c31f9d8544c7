import { randomUUID } from "node:crypto";
import type { IntegrationInPipeline } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { listRoleHolders } from "../../../db/people/role-holders.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests.ts";
import type { Live, Step } from "../../domain/catalog/pipeline.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import { expiry, type PromotionRequest, requesters } from "../../domain/requests/request.ts";
import { actingMember, system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { noReviewReason, type Workflow } from "../../domain/workflow/workflow.ts";
import type { By } from "../shared/context.ts";
import { startAttempt } from "./promote.ts";
import { recordChange } from "./record-change.ts";

export type RequestPromotion = By & {
  integrationId: string;
  targetId: string;
  /** R2: the build that the person saw. */
  buildId: string;
  /** R9, if no review is required: the fingerprint of the changes that the person confirmed; null if there were none. */
  confirmedFingerprint: string | null;
  message: string;
  /** R3: the number of the open request to replace. */
  replaces: number | null;
  /** R1: whether the person saw that a review is required; undefined if they saw neither. */
  gated?: boolean | undefined;
};

/** The new request, the number of the request that it replaced, and its state. */
export type Requested = { number: number; replaced: number | null; state: "pending" | "promoting" };

/** A request for a promotion while its transaction runs, with everything that it is judged by. */
export type Submission = {
  tx: Tx;
  now: Date;
  /** The number of the new request. */
  number: number;
  input: RequestPromotion;
  integration: IntegrationInPipeline;
  step: Step;
  workflow: Workflow;
  /** Every member to whom the token that asks belongs or belonged (R5). Empty without a token. */
  tokenMemberIds: readonly MemberId[];
  /** The builds that are live in the source and the target. */
  live: { source: Live | null; target: Live | null };
};

/** R1, R6: opens a pending request and returns it. Refuses `too-few-reviewers`, `open-request`. */
export async function submitForReview(
  submission: Submission,
  replaced: number | null,
): Promise<Result<Requested>> {
  const { tx, number, workflow } = submission;
  const request = newRequest(submission);
  const { organizationId, projectId } = request;
  const facts = { projectId, requesters: requesters(request) };
  const candidates = await listRoleHolders(tx, organizationId, workflow.roleIds);
  const reviewers = eligibleReviewers(candidates, facts, workflow);
  const required = workflow.options.requiredApprovals;
  if (reviewers.length < required) {
    const workflowRoles = await roles.names(tx, organizationId, workflow.roleIds);
    return refuse({ code: "too-few-reviewers", required, available: reviewers.length, workflowRoles });
  }
  const inserted = await insertRequest(submission, request);
  if (!inserted.ok) return inserted;
  return accept({ number, replaced, state: "pending" });
}

/**
 * R1: opens a request that the system approves, starts its deployment in the same transaction, and returns it.
 *
 * Refuses `open-request`, `must-confirm`.
 */
export async function promoteWithoutReview(
  submission: Submission,
  replaced: number | null,
): Promise<Result<Requested>> {
  const { tx, now, number, input, workflow } = submission;
  const approved: PromotionRequest = {
    ...newRequest(submission),
    decision: { outcome: "approved", at: now, by: system(noReviewReason(workflow)) },
    state: { name: "approved", expiresAt: expiry("approved", workflow.options, now) },
  };
  const inserted = await insertRequest(submission, approved);
  if (!inserted.ok) return inserted;
  const situation = await deployments.findSituation(tx, input.organizationId, approved);
  const started = await startAttempt(tx, approved, situation, input, now);
  if (!started.ok) return started;
  return accept({ number, replaced, state: "promoting" });
}

function newRequest(submission: Submission): PromotionRequest {
  const { now, number, input, integration, step, workflow, live, tokenMemberIds } = submission;
  return {
    organizationId: input.organizationId,
    number,
    identity: randomUUID(),
    keyedBy: "identity",
    version: 1,
    projectId: integration.project.id,
    integrationId: integration.integration.id,
    sourceId: step.source.id,
    targetId: step.target.id,
    buildId: input.buildId,
    targetBuildId: live.target?.buildId ?? null,
    requestedBy: input.actor,
    requesterId: actingMember(input.actor) ?? "",
    tokenMemberIds,
    message: input.message.trim(),
    createdAt: now,
    approvals: 0,
    decision: null,
    decidedFacts: null,
    state: { name: "pending", expiresAt: expiry("pending", workflow.options, now) },
  };
}

/** R3: stores a new request; a unique index decides between two that are submitted at once. Refuses `open-request`. */
async function insertRequest(
  submission: Submission,
  request: PromotionRequest,
  tries = 3,
): Promise<Result<null>> {
  const { tx, now, workflow, input } = submission;
  if (await requests.insert(tx, request)) {
    const { actor, surface } = input;
    await recordChange(tx, null, request, { event: "requested", actor, surface, at: now });
    return accept(null);
  }
  const { organizationId, integrationId, targetId } = request;
  const open = await requests.findOpen(tx, organizationId, integrationId, targetId);
  // The other request may have been closed since then, so the index may accept this one now.
  if (open === undefined && tries > 1) return insertRequest(submission, request, tries - 1);
  if (open === undefined) throw new Error(`#${request.number} was not stored`);
  return refuse({
    code: "open-request",
    number: open.number,
    replaceable: open.buildId !== request.buildId && open.state.name !== "promoting",
    workflowOff: !workflow.enabled,
  });
}
