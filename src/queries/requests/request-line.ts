import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegrations } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as members from "../../../db/people/members.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { type PromotionRequest, stateAt } from "../../domain/requests/request.ts";
import { actingMember } from "../../domain/shared/actor.ts";
import { byView, namePeople } from "../shared/name-people.ts";
import type { RequestView } from "./request-view.ts";

/** What a list shows of a request. */
export type RequestLine = Pick<
  RequestView,
  | "number"
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
  attempt: { reason: string | null; unknown: boolean } | null;
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
  requiredApprovals: number,
  now: Date,
): Promise<RequestLineInPipeline[]> {
  if (requests.length === 0) return [];
  const [integrations, environments, storedBuilds, people] = await Promise.all([
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
    members.findMany(db, organizationId, requests.flatMap(mentioned)),
  ]);
  const personOf = namePeople(people);
  return requests.map((request): RequestLineInPipeline => {
    const { number } = request;
    const found = integrations.get(request.integrationId);
    const source = environments.get(request.sourceId);
    const target = environments.get(request.targetId);
    const build = storedBuilds.get(request.buildId);
    if (found === undefined || source === undefined || target === undefined || build === undefined) {
      throw new Error(`Request #${number} refers to something that does not exist`);
    }
    const { project, ...integration } = found;
    return {
      number,
      project,
      integration,
      source,
      target,
      build: { version: build.version },
      requester: personOf(request.requesterId),
      createdAt: request.createdAt,
      approvals: { given: request.approvals, required: requiredApprovals },
      ...ending(request, now, personOf),
    };
  });
}

/** Everyone whose name a line shows. */
function mentioned({ requesterId, decision, state }: PromotionRequest): MemberId[] {
  const actors = [decision?.by, "by" in state ? state.by : undefined];
  return [requesterId, ...actors.flatMap((actor) => (actor ? (actingMember(actor) ?? []) : []))];
}

/** The state of the request, and who decided or ended it. */
function ending(
  request: PromotionRequest,
  now: Date,
  personOf: (id: MemberId) => Person,
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
    attempt: state.name === "failed" ? { reason: state.reason, unknown: state.outcome === "unknown" } : null,
    endedAt: "at" in state ? state.at : (decision?.at ?? null),
  };
}
