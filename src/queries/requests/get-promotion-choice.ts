import { findIntegration, type Project } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import * as roles from "../../../db/people/roles.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { likelyStep, promotable, type Step, steps } from "../../domain/catalog/pipeline.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { replaceable } from "../../domain/requests/cancel.ts";
import { attemptsToConfirm, fingerprint } from "../../domain/requests/drift.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import { stateAt } from "../../domain/requests/request.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { getComparison } from "./get-comparison.ts";
import { buildView } from "./get-request.ts";
import type { ComparisonView, LiveView } from "./request-view.ts";

/** What the Request Approval modal offers for an integration. */
export type PromotionChoice = {
  project: { id: string; name: string };
  integration: { id: string; name: string; slug: string };
  steps: Step[];
  /** The chosen or the likely step; null if the pipeline has fewer than two environments. */
  step: Step | null;
  /** Whether the step needs a review: the modal offers Request Approval, otherwise Promote (R1). */
  gated: boolean;
  build: LiveView | null;
  liveInTarget: LiveView | null;
  /** What the build would change in the target; null if there is nothing to compare. */
  comparison: ComparisonView | null;
  /** Why the step cannot be submitted now; null if it can. The submission is checked again. */
  problem: Refusal | null;
  /** The open request for the same integration and target (R3). */
  openRequest: { number: number; replaceable: boolean } | null;
  /** Identifies the deployments that run, or may run, that the person is shown. The submission passes it back (R9). */
  shown: string | null;
  deploymentRunning: boolean;
  /** Whether a deployment to the target ended as unknown and may still be running. */
  attemptUnknown?: boolean;
};

/**
 * Returns what the Request Approval modal offers; undefined if the integration does not exist or is archived.
 *
 * @param targetId the chosen target environment; null for the likely one
 */
export async function getPromotionChoice(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
  integrationId: string,
  targetId: string | null,
  now: Date,
): Promise<PromotionChoice | undefined> {
  const found = await findIntegration(db, organizationId, integrationId);
  if (found === undefined || found.archived !== null) return undefined;
  const [workflow, live, facts] = await Promise.all([
    workflows.current(db, organizationId),
    deployments.live(db, organizationId, integrationId),
    members.findFacts(db, organizationId, viewerId),
  ]);
  const { project, integration } = found;
  const all = steps(found.environments);
  const chosen = all.find((candidate) => candidate.target.id === targetId);
  const step = chosen ?? likelyStep(all, (id) => live.get(id) ?? null) ?? null;
  const common = { project, integration, steps: all, step };
  if (step === null) {
    const problem: Refusal = { code: "no-source", target: project.name };
    return { ...common, gated: workflow.enabled, ...noStep, problem };
  }
  const { promoted, ...details } = await readStep(db, { organizationId, integrationId, step, live, now });
  const notAllowed = await notRequester(db, organizationId, project, facts);
  return {
    ...common,
    gated: requiresReview(workflow, step.target),
    ...details,
    problem: notAllowed ?? (promoted.ok ? null : promoted.refusal),
  };
}

/** What there is to show where the pipeline has no step. */
const noStep = {
  build: null,
  liveInTarget: null,
  comparison: null,
  openRequest: null,
  shown: null,
  deploymentRunning: false,
};

type StepToRead = {
  organizationId: string;
  integrationId: string;
  step: Step;
  live: Map<string, deployments.LiveBuild>;
  now: Date;
};

async function readStep(db: Db, { organizationId, integrationId, step, live, now }: StepToRead) {
  const { source, target } = step;
  const [open, situation, views, comparison] = await Promise.all([
    requests.findOpen(db, organizationId, integrationId, target.id),
    deployments.findSituation(db, organizationId, {
      integrationId,
      sourceId: source.id,
      targetId: target.id,
    }),
    liveViews(db, organizationId, live),
    compareLive(db, organizationId, integrationId, step, live),
  ]);
  const promoted = promotable(step, {
    source: live.get(source.id) ?? null,
    target: live.get(target.id) ?? null,
  });
  const isStillOpen = open !== undefined && stateAt(open.state, now).name !== "expired";
  const toConfirm = attemptsToConfirm(situation);
  return {
    promoted,
    build: views.get(source.id) ?? null,
    liveInTarget: views.get(target.id) ?? null,
    comparison,
    openRequest: isStillOpen
      ? {
          number: open.number,
          replaceable: promoted.ok && replaceable(open, promoted.value.buildId, now),
        }
      : null,
    shown: toConfirm.length === 0 ? null : fingerprint(toConfirm),
    deploymentRunning: toConfirm.some(({ kind }) => kind === "deployment-running"),
    attemptUnknown: toConfirm.some(({ kind }) => kind === "last-attempt-unknown"),
  };
}

/** Compares what is live in the source with what is live in the target. */
async function compareLive(
  db: Db,
  organizationId: string,
  integrationId: string,
  { source, target }: Step,
  live: Map<string, deployments.LiveBuild>,
): Promise<ComparisonView | null> {
  const buildId = live.get(source.id)?.buildId;
  if (buildId === undefined) return null;
  const from = live.get(target.id) ?? null;
  return getComparison(db, organizationId, {
    ...{ integrationId, targetId: target.id, from, buildId },
    unknownAttempts: { exceptRequest: null },
  });
}

async function liveViews(
  db: Db,
  organizationId: string,
  live: Map<string, deployments.LiveBuild>,
): Promise<Map<string, LiveView>> {
  const storedBuilds = await builds.findMany(
    db,
    organizationId,
    [...live.values()].map((pointer) => pointer.buildId),
  );
  const views = new Map<string, LiveView>();
  for (const [environmentId, pointer] of live) {
    const build = storedBuilds.get(pointer.buildId);
    if (build !== undefined) views.set(environmentId, { ...buildView(build), since: pointer.since });
  }
  return views;
}

async function notRequester(
  db: Db,
  organizationId: string,
  project: Project,
  facts: Awaited<ReturnType<typeof members.findFacts>>,
): Promise<Refusal | null> {
  if (facts === undefined) return { code: "not-found", what: "member" };
  const eligibility = requestEligibility(facts, project);
  if (eligibility.eligible) return null;
  const names = await roles.names(db, organizationId, project.requesterRoleIds);
  return { code: "not-requester", why: eligibility.why, roles: names };
}
