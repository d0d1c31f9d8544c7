import { listEnders } from "../../../db/audit/attempt-ends.ts";
import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegrations } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as members from "../../../db/people/members.ts";
import { listGiven } from "../../../db/requests/given-reviews.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { approvalCount } from "../../domain/requests/approvals.ts";
import { type PromotionRequest, type RequestState, stateAt } from "../../domain/requests/request.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import type { Workflow } from "../../domain/workflow/workflow.ts";
import { byView, namePeople } from "../shared/name-people.ts";
import type { AttemptProgress, RequestView } from "./request-view.ts";

/** What a list shows of a request. */
export type RequestLine = Pick<
  RequestView,
  | "number"
  | "identity"
  | "project"
  | "integration"
  | "source"
  | "target"
  | "requester"
  | "createdAt"
  | "state"
  | "approvals"
  | "decision"
  | "cancelled"
> & {
  build: { version: string };
  attempt: Pick<AttemptProgress, "reason" | "unknown" | "endedBy"> | null;
  /** When the request was closed or decided; null while it is pending. */
  endedAt: Date | null;
};

/** A line with its environments in full. */
export type RequestLineInPipeline = RequestLine & { source: Environment; target: Environment };

/** Returns requests as lines, with a fixed number of statements. */
export async function requestLines(
  db: Db,
  organizationId: string,
  requests: readonly PromotionRequest[],
  workflow: Workflow,
  now: Date,
): Promise<RequestLineInPipeline[]> {
  if (requests.length === 0) return [];
  const enders = await listEnders(db, organizationId, requests.flatMap(unknownAttempt));
  const pending = requests.filter(({ state }) => state.name === "pending");
  const [integrations, environments, storedBuilds, people, given] = await Promise.all([
    findIntegrations(
      db,
      organizationId,
      requests.map((request) => request.integrationId),
    ),
    findEnvironments(db, organizationId, [
      ...new Set(requests.flatMap((request) => [request.sourceId, request.targetId])),
    ]),
    builds.findMany(
      db,
      organizationId,
      requests.map((request) => request.buildId),
    ),
    members.findMany(db, organizationId, [
      ...requests.flatMap(mentioned),
      ...[...enders.values()].flatMap((actor) => actingMember(actor) ?? []),
    ]),
    listGiven(
      db,
      organizationId,
      pending.map(({ number }) => number),
    ),
  ]);
  const personOf = namePeople(people);
  return requests.map((request): RequestLineInPipeline => {
    const { number, identity } = request;
    const found = integrations.get(request.integrationId);
    const source = environments.get(request.sourceId);
    const target = environments.get(request.targetId);
    const build = storedBuilds.get(request.buildId);
    if (found === undefined || source === undefined || target === undefined || build === undefined) {
      throw new Error(`Request #${number} refers to something that does not exist`);
    }
    const { project, ...integration } = found;
    return {
      ...{ number, identity },
      project,
      integration,
      source,
      target,
      build: { version: build.version },
      requester: personOf(request.requesterId),
      createdAt: request.createdAt,
      approvals: {
        given: approvalCount(request, given.get(number), workflow),
        required: workflow.options.requiredApprovals,
      },
      ...ending(request, now, personOf, enders),
    };
  });
}

/** Everyone whose name a line shows. */
function mentioned({ requesterId, decision, state }: PromotionRequest): MemberId[] {
  const actors = [decision?.by, "by" in state ? state.by : undefined];
  return [requesterId, ...actors.flatMap((actor) => (actor ? (actingMember(actor) ?? []) : []))];
}

/** Returns the attempt that failed as unknown, which somebody may have ended. */
const unknownAttempt = ({ state }: PromotionRequest): string[] =>
  state.name === "failed" && state.outcome === "unknown" ? [state.deploymentId] : [];

/** The state of the request, and who decided or ended it. */
function ending(
  request: PromotionRequest,
  now: Date,
  personOf: (id: MemberId) => Person,
  enders: ReadonlyMap<string, Actor>,
): Pick<RequestLine, "state" | "decision" | "cancelled" | "attempt" | "endedAt"> {
  const { decision } = request;
  const state = stateAt(request.state, now);
  const cancelled =
    state.name === "cancelled"
      ? { at: state.at, by: byView(state.by, personOf), reason: state.reason, replacedBy: state.replacedBy }
      : null;
  return {
    state: state.name,
    decision: decision && {
      outcome: decision.outcome,
      at: decision.at,
      by: byView(decision.by, personOf),
      comment: "",
    },
    cancelled,
    attempt: state.name === "failed" ? failedAttempt(state, personOf, enders) : null,
    endedAt: "at" in state ? state.at : (decision?.at ?? null),
  };
}

function failedAttempt(
  { reason, outcome, deploymentId }: Extract<RequestState, { name: "failed" }>,
  personOf: (id: MemberId) => Person,
  enders: ReadonlyMap<string, Actor>,
): RequestLine["attempt"] {
  const ender = enders.get(deploymentId);
  return {
    reason,
    unknown: outcome === "unknown",
    endedBy: ender === undefined ? null : byView(ender, personOf),
  };
}
