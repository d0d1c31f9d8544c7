import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as ledger from "../../../db/delivery/deliveries.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import type { ComparedStep } from "../../../db/requests/comparison.ts";
import * as requests from "../../../db/requests/requests.ts";
import { listEligible } from "../../../db/requests/reviewers.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { deliveryCoverage } from "../../domain/delivery/delivery-coverage.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import {
  expiresAt,
  isOpenState,
  type PromotionRequest,
  type RequestState,
  requesters,
  stateAt,
} from "../../domain/requests/request.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { getComparison } from "./get-comparison.ts";
import type { BuildView, ByView, LiveView, RequestView } from "./request-view.ts";

/**
 * One request as it is at this moment; undefined where there is none of this number.
 *
 * @param now decides whether its time has run out (R11)
 */
export function getRequest(
  db: Db,
  organizationId: string,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  // One snapshot: a view read piece by piece would show a review beside the state from before it.
  return db.transaction((tx) => readRequest(tx, organizationId, number, now), {
    isolationLevel: "repeatable read",
    accessMode: "read only",
  });
}

/** The same inside a transaction whose snapshot other reads share. */
export async function readRequest(
  db: Tx,
  organizationId: string,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  const request = await requests.find(db, organizationId, number);
  if (request === undefined) return undefined;
  const [place, environments, live, workflow, given, attempt] = await Promise.all([
    findIntegration(db, organizationId, request.integrationId),
    findEnvironments(db, organizationId, [request.sourceId, request.targetId]),
    deployments.live(db, organizationId, request.integrationId, [request.sourceId, request.targetId]),
    workflows.current(db, organizationId),
    reviews.list(db, organizationId, number),
    findAttempt(db, request),
  ]);
  const source = environments.get(request.sourceId);
  const target = environments.get(request.targetId);
  if (place === undefined || source === undefined || target === undefined) {
    throw new Error(`#${number} refers to a place that is gone`);
  }
  const liveBuilds = [...live.values()];
  const asked = { projectId: request.projectId, requesters: requesters(request) };
  const state = stateAt(request.state, now);
  const step = { ...request, from: comparedWith(request, state, live.get(request.targetId), attempt) };
  const [known, people, eligible, told, comparison, required] = await Promise.all([
    builds.findMany(db, organizationId, [request.buildId, ...liveBuilds.map((one) => one.buildId)]),
    members.findMany(db, organizationId, mentioned(request, given, attempt)),
    state.name === "pending" ? listEligible(db, organizationId, asked, workflow) : [],
    state.name === "pending" ? ledger.reach(db, organizationId, number) : [],
    getComparison(db, organizationId, step),
    requiredOf(db, request, given, workflow),
  ]);
  const person = (id: MemberId): Person => ({ id, name: people.get(id)?.name ?? id });
  const build = known.get(request.buildId);
  if (build === undefined) throw new Error(`#${number} refers to a build that is gone`);
  const liveView = (environmentId: string): LiveView | null => {
    const pointer = live.get(environmentId);
    const there = pointer && known.get(pointer.buildId);
    return pointer && there ? { ...buildView(there), since: pointer.since } : null;
  };
  const inSource = liveView(request.sourceId);
  return {
    organizationId,
    number,
    version: request.version,
    project: place.project,
    integration: place.integration,
    source,
    target,
    build: buildView(build),
    liveInTarget: liveView(request.targetId),
    newerInSource: inSource !== null && inSource.id !== build.id ? inSource : null,
    comparison,
    requester: person(request.requesterId),
    through: request.requestedBy.kind === "token" ? request.requestedBy.name : null,
    message: request.message,
    createdAt: request.createdAt,
    state: state.name,
    expiresAt: expiresAt(state),
    approvals: { given: request.approvals, required },
    reviewers: eligible.map(({ id, name }) => ({ id, name })),
    reach: deliveryCoverage(eligible, told),
    reviews: given.map((review) => ({ ...review, reviewer: person(review.reviewerId) })),
    decision: decisionView(request, given, person),
    ...endView(state, person),
    attempt: attempt && attemptView(attempt, person),
    commentOnReject: workflow.options.commentOnReject,
  };
}

/** R7: how many approvals it needs now or, once a review decided it, needed then. */
async function requiredOf(
  db: Tx,
  { organizationId, decision }: PromotionRequest,
  given: readonly reviews.StoredReview[],
  current: Workflow,
): Promise<number> {
  const decider = decision === null ? null : actingMember(decision.by);
  const version = given.find(({ reviewerId }) => reviewerId === decider)?.workflowVersion;
  const known = version === undefined || version === current.version;
  const { options } = known ? current : await workflows.findVersion(db, organizationId, version);
  return options.requiredApprovals;
}

async function findAttempt(db: Tx, { organizationId, state }: PromotionRequest) {
  if (!("deploymentId" in state)) return null;
  return (await deployments.find(db, organizationId, state.deploymentId)) ?? null;
}

/** What the requested build is compared with: what it would replace, or did. */
function comparedWith(
  request: PromotionRequest,
  state: RequestState,
  live: deployments.LiveBuild | undefined,
  attempt: deployments.Deployment | null,
): ComparedStep["from"] {
  if (isOpenState(state.name)) return live ?? null;
  if (state.name === "promoted" && attempt !== null) return { beforeSequence: attempt.sequence };
  return request.targetBuildId === null ? null : { buildId: request.targetBuildId, deploymentId: null };
}

/** Everybody whose name the view shows. */
function mentioned(
  request: PromotionRequest,
  given: readonly reviews.StoredReview[],
  attempt: deployments.Deployment | null,
): MemberId[] {
  const { state, decision } = request;
  const actors = [decision?.by, "by" in state ? state.by : undefined, attempt?.startedBy];
  const acting = actors.flatMap((actor) => (actor ? (actingMember(actor) ?? []) : []));
  return [request.requesterId, ...given.map((review) => review.reviewerId), ...acting];
}

function buildView({ id, version, commit, link, author }: builds.Build): BuildView {
  return { id, version, commit, link, author };
}

function attemptView(
  attempt: deployments.Deployment,
  person: (id: MemberId) => Person,
): NonNullable<RequestView["attempt"]> {
  return {
    startedBy: by(attempt.startedBy, person),
    link: attempt.link,
    reason: attempt.reason,
    unknown: attempt.status === "unknown",
  };
}

function by(actor: Actor, person: (id: MemberId) => Person): ByView {
  return actor.kind === "system"
    ? { person: null, reason: actor.reason }
    : { person: person(actor.memberId), ...(actor.kind === "token" && { through: actor.name }) };
}

function decisionView(
  { decision }: PromotionRequest,
  given: readonly reviews.StoredReview[],
  person: (id: MemberId) => Person,
): RequestView["decision"] {
  if (decision === null) return null;
  const decider = actingMember(decision.by);
  const comment = given.find((review) => review.reviewerId === decider)?.comment ?? "";
  return { outcome: decision.outcome, at: decision.at, by: by(decision.by, person), comment };
}

function endView(
  state: RequestState,
  person: (id: MemberId) => Person,
): Pick<RequestView, "cancelled" | "expiredAt" | "promotedAt"> {
  const { name } = state;
  return {
    cancelled:
      name === "cancelled"
        ? { at: state.at, by: by(state.by, person), reason: state.reason, replacedBy: state.replacedBy }
        : null,
    expiredAt: name === "expired" ? state.at : null,
    promotedAt: name === "promoted" ? state.at : null,
  };
}
