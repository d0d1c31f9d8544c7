import { findEnvironmentId } from "../../../db/catalog/environments.ts";
import {
  findIntegration,
  findIntegrationId,
  type IntegrationInPipeline,
} from "../../../db/catalog/integrations.ts";
import { findProjectId } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import { type Step, steps } from "../../domain/catalog/pipeline.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import type { Context } from "../shared/context.ts";
import { requestPromotion } from "./request-promotion.ts";
import type { Requested } from "./submission.ts";

/** A promotion request with the names that a CI pipeline knows. */
export type RequestThroughToken = {
  token: ApiToken;
  /** The slugs of the project, the integration, and the target environment, or those that they had before. */
  project: string;
  integration: string;
  target: string;
  /** R2: the build's id where it was built; null: the build that is live in the source. */
  build: string | null;
  message: string;
  /** The member to request for, by Slack id or email; null: the member whom the token acts for. */
  requester: string | null;
  /** R3: the number of the open request to replace. */
  replaces: number | null;
  /** R9, if no review is required: the fingerprint of the changes that were confirmed; null if there were none. */
  confirmedFingerprint: string | null;
};

/** Stands for a build that is not registered. It is live nowhere. */
const unregisteredBuild = "00000000-0000-0000-0000-000000000000";

/** How many times to request whichever build is live, if another one goes live in the meantime. */
const mostTries = 3;

/**
 * Requests a promotion for a member through a token (R5). To name another member than its own, the token needs
 * `requests:on-behalf` as well. If no review is required, the promotion starts immediately
 * (R1), and the token needs `promotions:write` as well.
 *
 * Refuses the same as `requestPromotion`, and `token-scope`, `token-project`. Its `build-changed` names the live build.
 */
export async function requestThroughToken(
  context: Context,
  input: RequestThroughToken,
): Promise<Result<Requested>> {
  const { token, message, replaces, confirmedFingerprint } = input;
  const { organizationId } = token;
  const resolved = await resolveTarget(context.db, input);
  if (!resolved.ok) return resolved;
  const { integration, targetId, step } = resolved.value;
  const { id: integrationId } = integration.integration;
  const requester = await findRequester(context.db, input, integration.project.id);
  if (!requester.ok) return requester;
  const requesterId = requester.value;
  const mayPromote = mayUse(token, "promotions:write", integration.project.id);
  for (let tries = 1; ; tries++) {
    const buildId = await findBuild(context.db, organizationId, integrationId, step, input.build);
    const result = await requestPromotion(context, {
      ...{ organizationId, actor: actorOf(token, requesterId), surface: "api" },
      ...{ integrationId, targetId, buildId, message, replaces, confirmedFingerprint },
      gated: mayPromote.ok ? undefined : true,
    });
    if (result.ok) return result;
    if (result.refusal.code === "gate-changed" && !mayPromote.ok) return mayPromote;
    if (result.refusal.code !== "build-changed") return result;
    if (input.build === null && tries < mostTries) continue;
    const live = await findLiveBuild(context.db, organizationId, integrationId, step);
    return refuse({ code: "build-changed", live });
  }
}

/** `step` is undefined for the first environment, which has no source. */
type Target = { integration: IntegrationInPipeline; targetId: string; step: Step | undefined };

/** Refuses `not-found`, `token-scope`, `token-project`. */
async function resolveTarget(db: Db, input: RequestThroughToken): Promise<Result<Target>> {
  const { token, project, integration: slug, target } = input;
  const { organizationId } = token;
  const projectId = await findProjectId(db, organizationId, project);
  if (projectId === undefined) return refuse({ code: "not-found", what: "project" });
  const allowed = mayUse(token, "requests:write", projectId);
  if (!allowed.ok) return allowed;
  const id = await findIntegrationId(db, organizationId, projectId, slug);
  const integration = id === undefined ? undefined : await findIntegration(db, organizationId, id);
  if (integration === undefined) return refuse({ code: "not-found", what: "integration" });
  const targetId = await findEnvironmentId(db, organizationId, projectId, target);
  if (targetId === undefined) return refuse({ code: "not-found", what: "environment" });
  const step = steps(integration.environments).find((candidate) => candidate.target.id === targetId);
  return accept({ integration, targetId, step });
}

/**
 * Returns the member to request for. A token without `requests:on-behalf` does not learn whether another member exists.
 *
 * Refuses `token-scope`, and `not-found` if there is no such member, or if several share the email address.
 */
async function findRequester(
  db: Db,
  input: RequestThroughToken,
  projectId: string,
): Promise<Result<MemberId>> {
  const { token, requester } = input;
  if (requester === null) return accept(token.memberId);
  const named = await findNamed(db, token, requester);
  if (named === token.memberId) return accept(named);
  const allowed = mayUse(token, "requests:on-behalf", projectId);
  if (!allowed.ok) return allowed;
  return named === undefined ? refuse({ code: "not-found", what: "member" }) : accept(named);
}

async function findNamed(db: Db, token: ApiToken, requester: string): Promise<MemberId | undefined> {
  const { organizationId } = token;
  if (!requester.includes("@")) return (await members.find(db, organizationId, requester))?.id;
  const [first, ...others] = await members.listByEmail(db, organizationId, [requester.toLowerCase()]);
  return others.length === 0 ? first?.id : undefined;
}

/** Returns the id of the build that is named, or else of the one that is live in the source. */
async function findBuild(
  db: Db,
  organizationId: string,
  integrationId: string,
  step: Step | undefined,
  named: string | null,
): Promise<string> {
  if (named !== null) {
    return (await builds.findBuildId(db, organizationId, integrationId, named)) ?? unregisteredBuild;
  }
  if (step === undefined) return unregisteredBuild;
  const live = await deployments.live(db, organizationId, integrationId, [step.source.id]);
  return live.get(step.source.id)?.buildId ?? unregisteredBuild;
}

/** Returns the build that is live in the source, with its id where it was built; null if there is none. */
async function findLiveBuild(
  db: Db,
  organizationId: string,
  integrationId: string,
  step: Step | undefined,
): Promise<{ id: string; version: string } | null> {
  const buildId = await findBuild(db, organizationId, integrationId, step, null);
  const build = (await builds.findMany(db, organizationId, [buildId])).get(buildId);
  return build === undefined ? null : { id: build.externalId, version: build.version };
}
