import type { IntegrationInPipeline } from "../../../db/catalog/integrations.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import { nextRequestNumber } from "../../../db/people/organizations.ts";
import { holdRules } from "../../../db/requests/decisions.ts";
import { listTokenMemberIds } from "../../../db/tokens/token-members.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { promotable, type Step, steps } from "../../domain/catalog/pipeline.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { limits } from "../../domain/shared/limits.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { type Context, commit } from "../shared/context.ts";
import { type BlockingRequest, lockBlockingRequest, replaceBlockingRequest } from "./blocking-request.ts";
import { checkRequester } from "./check-requester.ts";
import {
  promoteWithoutReview,
  type Requested,
  type RequestPromotion,
  type Submission,
  submitForReview,
} from "./submission.ts";

/**
 * Submits a promotion request. If no review is required (R1), the system approves it and the promotion starts
 * immediately.
 *
 * Refuses by R1 (`open-request`, `gate-changed`), R2 (`nothing-live`, `already-live`, `build-changed`, `no-source`), R3
 * (`open-request`, `not-replaceable`), R6 (`too-few-reviewers`), R9 (`must-confirm`), R14 (`not-requester`), and
 * `not-found`, `archived`, `text-too-long`.
 */
export async function requestPromotion(
  context: Context,
  input: RequestPromotion,
): Promise<Result<Requested>> {
  const { organizationId, integrationId } = input;
  if (input.message.length > limits.message) {
    return refuse({ code: "text-too-long", field: "message", limit: limits.message });
  }
  const number = await nextRequestNumber(context.db, organizationId);
  return commit<Requested>(context, async (tx, now) => {
    const resolved = await resolveStep(tx, input);
    if (!resolved.ok) return resolved;
    const { integration, step } = resolved.value;
    const blocking = await lockBlockingRequest(tx, input, now);
    // Judged after that wait, and held during the next one, for another new request: nothing may change unseen meanwhile.
    await holdRules(tx, organizationId);
    const requester = await checkRequester(tx, organizationId, input.actor, integration.project);
    if (!requester.ok) return requester;
    const workflow = await workflows.current(tx, organizationId);
    // Read under the lock: a request that this one waited for may just have made another build live.
    const { source, target } = step;
    const builds = await deployments.live(tx, organizationId, integrationId, [source.id, target.id]);
    const live = { source: builds.get(source.id) ?? null, target: builds.get(target.id) ?? null };
    const tokenMemberIds = await membersOfToken(tx, input);
    return submit({ tx, now, number, input, integration, step, workflow, tokenMemberIds, live }, blocking);
  });
}

async function membersOfToken(tx: Tx, { organizationId, actor }: RequestPromotion): Promise<MemberId[]> {
  return actor.kind === "token" ? listTokenMemberIds(tx, organizationId, actor.tokenId) : [];
}

async function submit(submission: Submission, blocking: BlockingRequest): Promise<Result<Requested>> {
  const { input, step, workflow, live } = submission;
  const build = promotable(step, live);
  const replaced = await replaceBlockingRequest(submission, blocking, build.ok ? build.value.buildId : null);
  if (!replaced.ok) return replaced;
  if (!build.ok) return build;
  if (build.value.buildId !== input.buildId) return refuse({ code: "build-changed" });
  const gated = requiresReview(workflow, step.target);
  if (input.gated !== undefined && input.gated !== gated) return refuse({ code: "gate-changed", gated });
  return gated
    ? submitForReview(submission, replaced.value)
    : promoteWithoutReview(submission, replaced.value);
}

/**
 * Returns the integration and the step to its target. A concurrent change of the pipeline waits for this transaction,
 * and then finds the new request. Refuses `not-found`, `archived`, `no-source`.
 */
async function resolveStep(
  tx: Tx,
  input: RequestPromotion,
): Promise<Result<{ integration: IntegrationInPipeline; step: Step }>> {
  const resolved = await resolveIntegration(tx, input);
  if (!resolved.ok) return resolved;
  const { environments } = resolved.value;
  const target = environments.find(({ id }) => id === input.targetId);
  if (target === undefined) return refuse({ code: "not-found", what: "environment" });
  const step = steps(environments).find((candidate) => candidate.target.id === target.id);
  if (step === undefined) return refuse({ code: "no-source", target: target.name });
  return accept({ integration: resolved.value, step });
}
