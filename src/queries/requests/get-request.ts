import { findEnder } from "../../../db/audit/attempt-ends.ts";
import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as deliveries from "../../../db/delivery/deliveries.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import { listRoleHolders, type RoleHolder } from "../../../db/people/role-holders.ts";
import { findBound } from "../../../db/requests/bound-facts.ts";
import type { ComparedStep } from "../../../db/requests/comparison.ts";
import { listGiven } from "../../../db/requests/given-reviews.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { deliveryCoverage } from "../../domain/delivery/delivery-coverage.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { approvalCount, type NotCounted, reviewCounts } from "../../domain/requests/approvals.ts";
import { eligibleReviewers } from "../../domain/requests/eligibility.ts";
import {
  expiresAt,
  isOpen,
  isOpenState,
  namesAnotherMember,
  type PromotionRequest,
  type RequestState,
  requesters,
  stateAt,
} from "../../domain/requests/request.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { byView, namePeople } from "../shared/name-people.ts";
import { getComparison } from "./get-comparison.ts";
import type { BuildView, LiveView, RequestView } from "./request-view.ts";

/**
 * Returns a request as it is now; undefined if there is none with this number.
 *
 * @param now decides whether the request has expired (R11)
 */
export function getRequest(
  db: Db,
  organizationId: string,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  // One snapshot: otherwise the view could show a review next to the state from before it.
  return db.transaction((tx) => readRequest(tx, organizationId, number, now), {
    isolationLevel: "repeatable read",
    accessMode: "read only",
  });
}

/** Returns the same as `getRequest`, for a transaction whose snapshot other reads share. */
export async function readRequest(
  tx: Tx,
  organizationId: string,
  number: number,
  now: Date,
): Promise<RequestView | undefined> {
  const request = await requests.find(tx, organizationId, number);
  if (request === undefined) return undefined;
  const state = stateAt(request.state, now);
  const context = await readContext(tx, request);
  const details = await readDetails(tx, request, state, context);
  const personOf = namePeople(details.people);
  const inSource = liveView(request.sourceId, context, details);
  return {
    ...{ organizationId, number, version: request.version },
    ...{ identity: request.identity, fingerprint: context.fingerprint },
    ...{ project: context.project, integration: context.integration },
    ...{ source: context.source, target: context.target },
    deployer: context.integration.deployer,
    build: buildView(details.build),
    liveInTarget: liveView(request.targetId, context, details),
    newerInSource: inSource !== null && inSource.id !== request.buildId ? inSource : null,
    comparison: details.comparison,
    requester: personOf(request.requesterId),
    through: request.requestedBy.kind === "token" ? request.requestedBy.name : null,
    onBehalf: namesAnotherMember(request),
    message: request.message,
    createdAt: request.createdAt,
    state: state.name,
    expiresAt: expiresAt(state),
    approvals: {
      given: approvalCount(request, context.judged, context.workflow),
      required: details.requiredApprovals,
    },
    reviewers: details.eligible.map(({ id, name }) => ({ id, name })),
    deliveryCoverage: deliveryCoverage(details.eligible, details.recipients),
    reviews: context.reviews.map((review) => ({
      ...review,
      reviewer: personOf(review.reviewerId),
      notCounted: notCounted(request, context, review.reviewerId),
    })),
    decision: decisionView(request, context.reviews, personOf),
    ...endView(state, personOf),
    attempt: context.attempt && attemptView(context.attempt, context.endedBy, personOf),
    commentOnReject: context.workflow.options.commentOnReject,
  };
}

/** What a request refers to. */
type RequestContext = Awaited<ReturnType<typeof readContext>>;

async function readContext(tx: Tx, request: PromotionRequest) {
  const { organizationId, number, integrationId, sourceId, targetId } = request;
  const [found, environments, live, workflow, given, judged, attempt, { fingerprint }] = await Promise.all([
    findIntegration(tx, organizationId, integrationId),
    findEnvironments(tx, organizationId, [sourceId, targetId]),
    deployments.live(tx, organizationId, integrationId, [sourceId, targetId]),
    workflows.current(tx, organizationId),
    reviews.list(tx, organizationId, number),
    isOpen(request.state) ? listGiven(tx, organizationId, [number]) : undefined,
    findAttempt(tx, request),
    findBound(tx, request),
  ]);
  const source = environments.get(sourceId);
  const target = environments.get(targetId);
  if (found === undefined || source === undefined || target === undefined) {
    throw new Error(`Request #${number} refers to an integration or environment that does not exist`);
  }
  const { project, integration } = found;
  const endedBy = attempt?.status === "unknown" ? await findEnder(tx, organizationId, attempt.id) : null;
  return {
    project,
    integration,
    source,
    target,
    live,
    workflow,
    reviews: given,
    judged: judged?.get(number),
    attempt,
    endedBy,
    fingerprint,
  };
}

function notCounted(
  request: PromotionRequest,
  { judged, workflow }: RequestContext,
  reviewerId: MemberId,
): NotCounted | null {
  const given = judged?.reviews.find((review) => review.reviewerId === reviewerId);
  if (judged === undefined || given?.verdict !== "approve") return null;
  const counts = reviewCounts(given, { ...judged, request, workflow });
  return counts.eligible ? null : counts.why;
}

/** What depends on what the request refers to. */
type RequestDetails = Awaited<ReturnType<typeof readDetails>>;

async function readDetails(
  tx: Tx,
  request: PromotionRequest,
  state: RequestState,
  { live, workflow, reviews: given, attempt, endedBy }: RequestContext,
) {
  const { organizationId, number, buildId, targetId } = request;
  const buildIds = [buildId, ...[...live.values()].map((pointer) => pointer.buildId)];
  const pending = state.name === "pending";
  const step = {
    ...{ ...request, from: comparedWith(request, state, live.get(targetId), attempt) },
    ...(isOpenState(state.name) && { unknownAttempts: { exceptRequest: number } }),
  };
  const [found, people, eligible, recipients, comparison, requiredApprovals] = await Promise.all([
    builds.findMany(tx, organizationId, buildIds),
    members.findMany(tx, organizationId, mentioned(request, given, [attempt?.startedBy, endedBy])),
    pending ? listEligible(tx, request, workflow) : [],
    pending ? deliveries.listRecipientStatuses(tx, organizationId, number) : [],
    getComparison(tx, organizationId, step),
    requiredApprovalsOf(tx, request, given, workflow),
  ]);
  const build = found.get(buildId);
  if (build === undefined) throw new Error(`Request #${number} refers to a build that does not exist`);
  return { build, builds: found, people, eligible, recipients, comparison, requiredApprovals };
}

async function listEligible(tx: Tx, request: PromotionRequest, workflow: Workflow): Promise<RoleHolder[]> {
  const { organizationId, projectId } = request;
  const candidates = await listRoleHolders(tx, organizationId, workflow.roleIds);
  return eligibleReviewers(candidates, { projectId, requesters: requesters(request) }, workflow);
}

/** R7: how many approvals the request needs now or, if a review decided it, needed at that time. */
async function requiredApprovalsOf(
  tx: Tx,
  { organizationId, decision }: PromotionRequest,
  given: readonly reviews.StoredReview[],
  current: Workflow,
): Promise<number> {
  const decider = decision === null ? null : actingMember(decision.by);
  const version = given.find(({ reviewerId }) => reviewerId === decider)?.workflowVersion;
  const isCurrent = version === undefined || version === current.version;
  const { options } = isCurrent ? current : await workflows.findVersion(tx, organizationId, version);
  return options.requiredApprovals;
}

async function findAttempt(tx: Tx, { organizationId, state }: PromotionRequest) {
  if (!("deploymentId" in state)) return null;
  return (await deployments.find(tx, organizationId, state.deploymentId)) ?? null;
}

/** What the requested build is compared with: what it would replace or, after the promotion, did replace. */
function comparedWith(
  request: PromotionRequest,
  state: RequestState,
  live: deployments.LiveBuild | undefined,
  attempt: deployments.Deployment | null,
): ComparedStep["from"] {
  if (isOpenState(state.name)) return live ?? null;
  if (state.name === "promoted" && attempt !== null) return { beforeDeploymentId: attempt.id };
  return request.targetBuildId === null ? null : { buildId: request.targetBuildId, deploymentId: null };
}

/** Everyone whose name the view shows. */
function mentioned(
  request: PromotionRequest,
  given: readonly reviews.StoredReview[],
  ofAttempt: readonly (Actor | null | undefined)[],
): MemberId[] {
  const { state, decision } = request;
  const actors = [decision?.by, "by" in state ? state.by : undefined, ...ofAttempt];
  const acting = actors.flatMap((actor) => (actor ? (actingMember(actor) ?? []) : []));
  return [request.requesterId, ...given.map((review) => review.reviewerId), ...acting];
}

function liveView(environmentId: string, context: RequestContext, details: RequestDetails): LiveView | null {
  const pointer = context.live.get(environmentId);
  const build = pointer && details.builds.get(pointer.buildId);
  return pointer && build ? { ...buildView(build), since: pointer.since } : null;
}

export function buildView({
  id,
  externalId,
  version,
  commit,
  digest,
  link,
  author,
}: builds.Build): BuildView {
  return { id, externalId, version, commit, digest, link, author };
}

function attemptView(
  { id, startedBy, link, reason, status, acceptedAt, retryReason }: deployments.Deployment,
  endedBy: Actor | null,
  personOf: (id: MemberId) => Person,
): NonNullable<RequestView["attempt"]> {
  return {
    ...{ id, startedBy: byView(startedBy, personOf), link, reason, unknown: status === "unknown" },
    endedBy: endedBy && byView(endedBy, personOf),
    // The previous version does not clear the reason when the deployer accepts the attempt.
    retryReason: status === "in progress" && acceptedAt === null ? retryReason : null,
  };
}

function decisionView(
  { decision }: PromotionRequest,
  given: readonly reviews.StoredReview[],
  personOf: (id: MemberId) => Person,
): RequestView["decision"] {
  if (decision === null) return null;
  const decider = actingMember(decision.by);
  const comment = given.find((review) => review.reviewerId === decider)?.comment ?? "";
  return { outcome: decision.outcome, at: decision.at, by: byView(decision.by, personOf), comment };
}

function endView(
  state: RequestState,
  personOf: (id: MemberId) => Person,
): Pick<RequestView, "cancelled" | "expiredAt" | "promotedAt"> {
  const { name } = state;
  return {
    cancelled:
      name === "cancelled"
        ? {
            ...{ at: state.at, by: byView(state.by, personOf) },
            ...{ reason: state.reason, replacedBy: state.replacedBy },
          }
        : null,
    expiredAt: name === "expired" ? state.at : null,
    promotedAt: name === "promoted" ? state.at : null,
  };
}
