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
import { fingerprint } from "../../domain/requests/drift.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import { stateAt } from "../../domain/requests/request.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { requiresReview } from "../../domain/workflow/workflow.ts";
import { getComparison } from "./get-comparison.ts";
import type { ComparisonView, LiveView } from "./request-view.ts";

/** What the Request Approval modal offers for one integration. */
export type PromotionChoice = {
  project: { id: string; name: string };
  integration: { id: string; name: string; slug: string };
  steps: Step[];
  /** The chosen or likely step; null in a pipeline of fewer than two environments. */
  step: Step | null;
  /** Whether the gate stands: Request Approval, or Promote at once (R1). */
  gated: boolean;
  build: LiveView | null;
  liveInTarget: LiveView | null;
  /** What the build would change in the target; null where there is nothing to compare. */
  comparison: ComparisonView | null;
  /** Why this cannot be submitted, as far as it is known now; the submit is judged anew. */
  problem: Refusal | null;
  /** R3: the open request in the way. */
  openRequest: { number: number; replaceable: boolean } | null;
  /** Names what the person is shown of a running deployment; handed back at the submit (R9). */
  shown: string | null;
  deploymentRunning: boolean;
};

/**
 * @param targetId the chosen target environment; null: the likely one
 * @returns undefined where the integration is unknown or archived
 */
export async function getPromotionChoice(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
  integrationId: string,
  targetId: string | null,
  now: Date,
): Promise<PromotionChoice | undefined> {
  const place = await findIntegration(db, organizationId, integrationId);
  if (place === undefined || place.archived !== null) return undefined;
  const [workflow, live, facts] = await Promise.all([
    workflows.current(db, organizationId),
    deployments.live(db, organizationId, integrationId),
    members.findFacts(db, organizationId, viewerId),
  ]);
  const all = steps(place.environments);
  const chosen = all.find((candidate) => candidate.target.id === targetId);
  const step = chosen ?? likelyStep(all, (id) => live.get(id) ?? null) ?? null;
  const common = {
    project: place.project,
    integration: place.integration,
    steps: all,
    step,
    gated: workflow.enabled,
  };
  const nothing = {
    build: null,
    liveInTarget: null,
    comparison: null,
    openRequest: null,
    shown: null,
    deploymentRunning: false,
  };
  if (step === null) {
    return { ...common, ...nothing, problem: { code: "no-source", target: place.project.name } };
  }
  const [open, situation, views, comparison] = await Promise.all([
    requests.findOpen(db, organizationId, integrationId, step.target.id),
    deployments.findSituation(db, organizationId, {
      integrationId,
      sourceId: step.source.id,
      targetId: step.target.id,
    }),
    liveViews(db, organizationId, live),
    compareLive(db, organizationId, integrationId, step, live),
  ]);
  const stillOpen = open !== undefined && stateAt(open.state, now).name !== "expired" ? open : undefined;
  const build = promotable(step, {
    source: live.get(step.source.id) ?? null,
    target: live.get(step.target.id) ?? null,
  });
  const running = situation.runningDeploymentId;
  return {
    ...common,
    gated: requiresReview(workflow, step.target),
    build: views.get(step.source.id) ?? null,
    liveInTarget: views.get(step.target.id) ?? null,
    comparison,
    problem:
      (await notRequester(db, organizationId, place.project, facts)) ?? (build.ok ? null : build.refusal),
    openRequest: stillOpen
      ? {
          number: stillOpen.number,
          replaceable: build.ok && replaceable(stillOpen, build.value.buildId, now),
        }
      : null,
    shown: running === null ? null : fingerprint([{ kind: "deployment-running", deploymentId: running }]),
    deploymentRunning: running !== null,
  };
}

/** What is live in the source beside what is live in the target. */
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
  return getComparison(db, organizationId, { integrationId, targetId: target.id, from, buildId });
}

async function liveViews(
  db: Db,
  organizationId: string,
  live: Map<string, deployments.LiveBuild>,
): Promise<Map<string, LiveView>> {
  const known = await builds.findMany(
    db,
    organizationId,
    [...live.values()].map((pointer) => pointer.buildId),
  );
  const views = new Map<string, LiveView>();
  for (const [environmentId, pointer] of live) {
    const build = known.get(pointer.buildId);
    if (build === undefined) continue;
    const { id, version, commit, link, author } = build;
    views.set(environmentId, { id, version, commit, link, author, since: pointer.since });
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
