import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import type { Person } from "../../domain/people/people.ts";
import { namePeople } from "../shared/by-view.ts";

type Place = { slug: string; name: string };

/** What a deployer is told of the request that an attempt belongs to. */
export type AskedFor = {
  number: number;
  message: string;
  requester: Person;
  source: Place;
  /** Whose approvals stand, in the order in which they were given; empty where the workflow was off. */
  approvedBy: (Person & { at: Date })[];
};

/** What a deployer is told of an attempt. */
export type AttemptView = {
  organizationId: string;
  deploymentId: string;
  status: deployments.Deployment["status"];
  startedAt: Date;
  /** When it was taken on, or first heard of. */
  acceptedAt: Date | null;
  /** When it ends by itself if nothing is heard of it. */
  reportBy: Date | null;
  requestNumber: number | null;
  request: AskedFor | null;
  deployer: string;
  project: Place & { id: string };
  integration: Place & { id: string };
  target: Place;
  build: builds.Build;
};

export async function getAttempt(
  db: Db,
  organizationId: string,
  deploymentId: string,
): Promise<AttemptView | undefined> {
  const attempt = await deployments.find(db, organizationId, deploymentId);
  if (attempt === undefined) return undefined;
  const [place, environments, known, request] = await Promise.all([
    findIntegration(db, organizationId, attempt.integrationId),
    findEnvironments(db, organizationId, [attempt.environmentId]),
    builds.findMany(db, organizationId, [attempt.buildId]),
    attempt.requestNumber === null ? null : askedFor(db, organizationId, attempt.requestNumber),
  ]);
  const target = environments.get(attempt.environmentId);
  const build = known.get(attempt.buildId);
  if (place === undefined || target === undefined || build === undefined) return undefined;
  const { status, startedAt, acceptedAt, reportBy, requestNumber } = attempt;
  const { project, integration } = place;
  return {
    ...{ organizationId, deploymentId, status, startedAt, acceptedAt, reportBy },
    ...{ requestNumber, request, deployer: integration.deployer, project, integration, target, build },
  };
}

async function askedFor(db: Db, organizationId: string, number: number): Promise<AskedFor | null> {
  const request = await requests.find(db, organizationId, number);
  if (request === undefined) return null;
  const given = (await reviews.list(db, organizationId, number)).filter(
    ({ verdict }) => verdict === "approve",
  );
  const [people, environments] = await Promise.all([
    members.findMany(db, organizationId, [request.requesterId, ...given.map(({ reviewerId }) => reviewerId)]),
    findEnvironments(db, organizationId, [request.sourceId]),
  ]);
  const personOf = namePeople(people);
  const source = environments.get(request.sourceId);
  if (source === undefined) return null;
  return {
    ...{ number, message: request.message, requester: personOf(request.requesterId), source },
    approvedBy: given.map(({ reviewerId, at }) => ({ ...personOf(reviewerId), at })),
  };
}
