import { listEnvironments } from "../../../db/catalog/environments.ts";
import { countIntegrations, pageIntegrationsByName } from "../../../db/catalog/integration-lists.ts";
import { findProjectOrFirst } from "../../../db/catalog/projects.ts";
import { listRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { type BypassMark, listBypassMarks } from "../../../db/deployments/bypass-marks.ts";
import {
  type LiveDeployment,
  listLatestAttempts,
  listLiveDeployments,
} from "../../../db/deployments/live-builds.ts";
import * as members from "../../../db/people/members.ts";
import { listOpenOf } from "../../../db/requests/open-requests.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import { type Environment, steps } from "../../domain/catalog/pipeline.ts";
import type { MemberFacts, MemberId, Person } from "../../domain/people/people.ts";
import { requestEligibility } from "../../domain/requests/eligibility.ts";
import {
  isOpen,
  type PromotionRequest,
  requesters,
  type StateName,
  stateAt,
} from "../../domain/requests/request.ts";
import { actingMember } from "../../domain/shared/actor.ts";
import { requiresReview, type Workflow } from "../../domain/workflow/workflow.ts";
import type { ByView, LiveView } from "../requests/request-view.ts";
import { byView, namePeople } from "../shared/name-people.ts";

/** What the viewer can do now with the build that is live in an environment. */
export type StepAction =
  | { kind: "request" | "promote-at-once" }
  | { kind: "cancel" | "promote" | "view"; number: number; identity: string };

/** An environment of an integration: what is live in it, and the step to the next environment. */
export type EnvironmentCard = {
  id: string;
  name: string;
  critical: boolean;
  /**
   * `outside`: its deployment bypassed the gate. `outsideIn`: the names of other environments to which the build was
   * deployed outside approval.
   */
  live: (LiveView & { by: ByView; outside: boolean; outsideIn: string[] }) | null;
  /** A newer attempt that has not succeeded; null if there is none. */
  attempt: { version: string; status: "in progress" | "failed" | "unknown" } | null;
  /** The next environment and the open request to it; null at the end of the pipeline. */
  next: {
    target: { id: string; name: string };
    open: { number: number; state: StateName; requester: string } | null;
    /** Whether the same build is already live in the next environment. */
    same: boolean;
  } | null;
  action: StepAction | null;
};

export type IntegrationCards = { id: string; name: string; environments: EnvironmentCard[] };

/** A page of a project's integrations, with what is live in each environment. */
export type Overview = {
  project: { id: string; name: string };
  /** From 0. */
  page: number;
  pages: number;
  total: number;
  integrations: IntegrationCards[];
};

/**
 * Returns what the Overview of the App Home shows; undefined if there is no project.
 *
 * @param chosen.projectId the project that was shown last; the first one by name if it is null or archived
 * @param chosen.page from 0; the last page if there are fewer
 */
export async function getOverview(
  db: Db,
  organizationId: string,
  viewerId: MemberId,
  chosen: { projectId: string | null; page: number; size: number },
  now: Date,
): Promise<Overview | undefined> {
  const project = await findProjectOrFirst(db, organizationId, chosen.projectId);
  if (project === undefined) return undefined;
  const total = await countIntegrations(db, organizationId, project.id);
  const pages = Math.max(1, Math.ceil(total / chosen.size));
  const page = Math.min(Math.max(0, chosen.page), pages - 1);
  const { id } = project;
  const [integrations, environments, workflow, facts, requesterRoles] = await Promise.all([
    pageIntegrationsByName(db, organizationId, id, { offset: page * chosen.size, limit: chosen.size }),
    listEnvironments(db, organizationId, id),
    workflows.current(db, organizationId),
    members.findFacts(db, organizationId, viewerId),
    listRequesterRoles(db, organizationId, id),
  ]);
  const ids = integrations.map((integration) => integration.id);
  const [live, latest, open] = await Promise.all([
    listLiveDeployments(db, organizationId, ids),
    listLatestAttempts(
      db,
      organizationId,
      ids,
      environments.map((environment) => environment.id),
    ),
    listOpenOf(db, organizationId, ids),
  ]);
  const buildIds = live.map(({ buildId }) => buildId);
  const [people, marks] = await Promise.all([
    members.findMany(db, organizationId, mentioned(live, open)),
    listBypassMarks(db, organizationId, buildIds),
  ]);
  const data: PageData = {
    environments,
    live: new Map(live.map((build) => [key(build.integrationId, build.environmentId), build])),
    latest: new Map(latest.map((attempt) => [key(attempt.integrationId, attempt.environmentId), attempt])),
    open: new Map(
      open
        .filter(({ state }) => isOpen(stateAt(state, now)))
        .map((request) => [key(request.integrationId, request.targetId), request]),
    ),
    marks,
    personOf: namePeople(people),
    viewerId,
    mayRequest: mayRequest(facts, id, requesterRoles),
    workflow,
  };
  const cards = integrations.map((integration) => ({
    ...integration,
    environments: cardsOf(integration.id, data),
  }));
  return { project, page, pages, total, integrations: cards };
}

/** What was read for a whole page, by integration and environment. */
type PageData = {
  environments: readonly Environment[];
  live: Map<string, LiveDeployment>;
  latest: Map<string, Awaited<ReturnType<typeof listLatestAttempts>>[number]>;
  open: Map<string, PromotionRequest>;
  /** Where the live builds were deployed outside approval. */
  marks: readonly BypassMark[];
  personOf(memberId: MemberId): Person;
  viewerId: MemberId;
  /** Whether the viewer may request in the project (R14). */
  mayRequest: boolean;
  workflow: Workflow;
};

const key = (integrationId: string, environmentId: string): string => `${integrationId} ${environmentId}`;

function mayRequest(
  facts: MemberFacts | undefined,
  id: string,
  requesterRoles: readonly { id: string }[],
): boolean {
  if (facts === undefined) return false;
  return requestEligibility(facts, { id, requesterRoleIds: requesterRoles.map((role) => role.id) }).eligible;
}

/** Everyone whose name a card shows. */
function mentioned(live: readonly LiveDeployment[], open: readonly PromotionRequest[]): MemberId[] {
  const started = live.flatMap(({ startedBy }) => actingMember(startedBy) ?? []);
  return [...started, ...open.map((request) => request.requesterId)];
}

function cardsOf(integrationId: string, data: PageData): EnvironmentCard[] {
  const pipelineSteps = steps(data.environments);
  return data.environments.map((environment): EnvironmentCard => {
    const step = pipelineSteps.find(({ source }) => source.id === environment.id);
    const live = data.live.get(key(integrationId, environment.id));
    const { id, name, critical } = environment;
    return {
      id,
      name,
      critical,
      live: live === undefined ? null : liveView(live, data),
      attempt: attemptOf(data.latest.get(key(integrationId, id)), live),
      next: step === undefined ? null : nextOf(integrationId, step.target, live, data),
      action: step === undefined ? null : actionOf(integrationId, step.target, live, data),
    };
  });
}

function liveView(deployment: LiveDeployment, data: PageData): NonNullable<EnvironmentCard["live"]> {
  const { buildId: id, externalId, version, commit, digest, link, author } = deployment;
  const { since, outside, startedBy } = deployment;
  const outsideIn = data.marks
    .filter((mark) => mark.buildId === id && mark.environmentId !== deployment.environmentId)
    .map(({ name }) => name);
  const build = { id, externalId, version, commit, digest, link, author };
  return { ...build, since, by: byView(startedBy, data.personOf), outside, outsideIn };
}

function attemptOf(
  latest: Pick<LiveDeployment, "deploymentId" | "version" | "status"> | undefined,
  live: LiveDeployment | undefined,
): EnvironmentCard["attempt"] {
  if (latest === undefined || latest.status === "succeeded") return null;
  return latest.deploymentId === live?.deploymentId
    ? null
    : { version: latest.version, status: latest.status };
}

function nextOf(
  integrationId: string,
  target: Environment,
  live: LiveDeployment | undefined,
  data: PageData,
): EnvironmentCard["next"] {
  const open = data.open.get(key(integrationId, target.id));
  const inTarget = data.live.get(key(integrationId, target.id));
  return {
    target: { id: target.id, name: target.name },
    open:
      open === undefined
        ? null
        : { number: open.number, state: open.state.name, requester: data.personOf(open.requesterId).name },
    same: live !== undefined && inTarget?.buildId === live.buildId,
  };
}

/** Returns the action that the viewer can take now. The rules decide again when they take it. */
function actionOf(
  integrationId: string,
  target: Environment,
  live: LiveDeployment | undefined,
  data: PageData,
): StepAction | null {
  const { mayRequest, workflow, viewerId } = data;
  const open = data.open.get(key(integrationId, target.id));
  if (open !== undefined) {
    const { number, identity, state } = open;
    const own = requesters(open).includes(viewerId);
    if (state.name === "pending" && own) return { kind: "cancel", number, identity };
    const ready = state.name === "approved" || state.name === "failed";
    return ready && mayRequest ? { kind: "promote", number, identity } : { kind: "view", number, identity };
  }
  const inTarget = data.live.get(key(integrationId, target.id));
  if (!mayRequest || live === undefined || inTarget?.buildId === live.buildId) return null;
  return { kind: requiresReview(workflow, target) ? "request" : "promote-at-once" };
}
