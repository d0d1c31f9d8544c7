import { findEnvironments } from "../../../db/catalog/environments.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import * as requests from "../../../db/requests/requests.ts";
import * as reviews from "../../../db/requests/reviews.ts";
import type { Person } from "../../domain/people/people.ts";
import { namePeople } from "../shared/name-people.ts";

type Named = { slug: string; name: string };

/** What a deployer gets to know about the request of an attempt. */
export type AttemptRequest = {
  number: number;
  message: string;
  requester: Person;
  source: Named;
  /** Who approved the request, in order; empty if no review was required. */
  approvedBy: (Person & { at: Date })[];
};

/** What a deployer gets to know about an attempt. */
export type AttemptView = {
  organizationId: string;
  deploymentId: string;
  status: deployments.Deployment["status"];
  startedAt: Date;
  /** When its deployer accepted it or first reported on it. */
  acceptedAt: Date | null;
  /** When it ends as unknown unless its deployer reports on it. */
  reportBy: Date | null;
  requestNumber: number | null;
  request: AttemptRequest | null;
  deployer: string;
  /** Whether `deployer` was stored when the attempt began. If an earlier version began it, it is the one chosen now. */
  deployerStored?: boolean;
  project: Named & { id: string };
  integration: Named & { id: string };
  target: Named;
  build: builds.Build;
};

export async function getAttempt(
  db: Db,
  organizationId: string,
  deploymentId: string,
): Promise<AttemptView | undefined> {
  const attempt = await deployments.find(db, organizationId, deploymentId);
  if (attempt === undefined) return undefined;
  const [found, environments, storedBuilds, request] = await Promise.all([
    findIntegration(db, organizationId, attempt.integrationId),
    findEnvironments(db, organizationId, [attempt.environmentId]),
    builds.findMany(db, organizationId, [attempt.buildId]),
    attempt.requestNumber === null ? null : readAttemptRequest(db, organizationId, attempt.requestNumber),
  ]);
  const target = environments.get(attempt.environmentId);
  const build = storedBuilds.get(attempt.buildId);
  if (found === undefined || target === undefined || build === undefined) return undefined;
  const { status, startedAt, acceptedAt, reportBy, requestNumber } = attempt;
  const { project, integration } = found;
  return {
    ...{ organizationId, deploymentId, status, startedAt, acceptedAt, reportBy },
    ...{ requestNumber, request, project, integration, target, build },
    deployer: attempt.deployer ?? integration.deployer,
    deployerStored: attempt.deployer !== null,
  };
}

async function readAttemptRequest(
  db: Db,
  organizationId: string,
  number: number,
): Promise<AttemptRequest | null> {
  const request = await requests.find(db, organizationId, number);
  if (request === undefined) return null;
  const approvals = (await reviews.list(db, organizationId, number)).filter(
    ({ verdict }) => verdict === "approve",
  );
  const [people, environments] = await Promise.all([
    members.findMany(db, organizationId, [
      request.requesterId,
      ...approvals.map(({ reviewerId }) => reviewerId),
    ]),
    findEnvironments(db, organizationId, [request.sourceId]),
  ]);
  const personOf = namePeople(people);
  const source = environments.get(request.sourceId);
  if (source === undefined) return null;
  return {
    ...{ number, message: request.message, requester: personOf(request.requesterId), source },
    approvedBy: approvals.map(({ reviewerId, at }) => ({ ...personOf(reviewerId), at })),
  };
}
