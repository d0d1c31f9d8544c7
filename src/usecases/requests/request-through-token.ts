import {
  findIntegration,
  findIntegrationId,
  type IntegrationInPipeline,
} from "../../../db/catalog/integrations.ts";
import { findProjectId } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import { findBuildId } from "../../../db/deployments/builds.ts";
import * as deployments from "../../../db/deployments/deployments.ts";
import * as members from "../../../db/people/members.ts";
import { type Step, steps } from "../../domain/catalog/pipeline.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import type { Context } from "../shared/context.ts";
import { type Requested, requestPromotion } from "./request-promotion.ts";

/** What a pipeline asks for, by the names that it knows. */
export type RequestThroughToken = {
  token: ApiToken;
  /** Slugs. */
  project: string;
  integration: string;
  target: string;
  /** R2: the build's id where it was built; null: whichever is live in the source. */
  build: string | null;
  message: string;
  /** The member it is made for, by Slack id or email; null: the one whom the token names. */
  requester: string | null;
  /** R3: the open request that this one takes the place of. */
  replaces: number | null;
  /** R9, where the gate is open: the changes that were shown and confirmed. */
  shown: string | null;
};

/** What stands for a build that nobody registered: it is live nowhere. */
const noBuild = "00000000-0000-0000-0000-000000000000";

/** How often a request for whichever build is live is tried again when another one just went live. */
const mostTries = 3;

/**
 * Requests a promotion for a member, through a token (R5). Where the gate is open it promotes at once (R1), and the token
 * needs `promotions:write` for that too.
 *
 * Refuses as `requestPromotion`, and `token-scope`, `token-project`; `build-changed` says what is live.
 */
export async function requestThroughToken(
  context: Context,
  input: RequestThroughToken,
): Promise<Result<Requested>> {
  const { token } = input;
  const { organizationId } = token;
  const found = await findPlace(context.db, input);
  if (!found.ok) return found;
  const { place, targetId, step } = found.value;
  const requesterId = await findRequester(context.db, input);
  if (requesterId === undefined) return refuse({ code: "not-found", what: "member" });
  const mayPromote = mayUse(token, "promotions:write", place.project.id);
  for (let tries = 1; ; tries++) {
    const buildId = await findBuild(context.db, organizationId, place.integration.id, step, input.build);
    const result = await requestPromotion(context, {
      ...{ organizationId, actor: actorOf(token, requesterId), surface: "api", targetId, buildId },
      ...{ integrationId: place.integration.id, message: input.message, replaces: input.replaces },
      ...{ shown: input.shown, gated: mayPromote.ok ? undefined : true },
    });
    if (result.ok) return result;
    if (result.refusal.code === "gate-changed" && !mayPromote.ok) return mayPromote;
    if (result.refusal.code !== "build-changed") return result;
    if (input.build === null && tries < mostTries) continue;
    return refuse({ code: "build-changed", live: await liveIn(context.db, organizationId, place, step) });
  }
}

type Place = { place: IntegrationInPipeline; targetId: string; step: Step | undefined };

async function findPlace(db: Db, input: RequestThroughToken): Promise<Result<Place>> {
  const { token, project, integration, target } = input;
  const { organizationId } = token;
  const projectId = await findProjectId(db, organizationId, project);
  if (projectId === undefined) return refuse({ code: "not-found", what: "project" });
  const allowed = mayUse(token, "requests:write", projectId);
  if (!allowed.ok) return allowed;
  const id = await findIntegrationId(db, organizationId, projectId, integration);
  const place = id === undefined ? undefined : await findIntegration(db, organizationId, id);
  if (place === undefined) return refuse({ code: "not-found", what: "integration" });
  const targetId = place.environments.find(({ slug }) => slug === target)?.id;
  if (targetId === undefined) return refuse({ code: "not-found", what: "environment" });
  const step = steps(place.environments).find((one) => one.target.id === targetId);
  return accept({ place, targetId, step });
}

/** A member whom we know; whether they may request is judged with the request. */
async function findRequester(
  db: Db,
  { token, requester }: RequestThroughToken,
): Promise<MemberId | undefined> {
  if (requester === null) return token.memberId;
  const { organizationId } = token;
  if (!requester.includes("@")) return (await members.find(db, organizationId, requester))?.id;
  const [first, ...others] = await members.listByEmail(db, organizationId, [requester.toLowerCase()]);
  return others.length === 0 ? first?.id : undefined;
}

async function findBuild(
  db: Db,
  organizationId: string,
  integrationId: string,
  step: Step | undefined,
  named: string | null,
): Promise<string> {
  if (named !== null) return (await findBuildId(db, organizationId, integrationId, named)) ?? noBuild;
  if (step === undefined) return noBuild;
  const live = await deployments.live(db, organizationId, integrationId, [step.source.id]);
  return live.get(step.source.id)?.buildId ?? noBuild;
}

/** What is live in the source now, as whoever built it calls it. */
async function liveIn(
  db: Db,
  organizationId: string,
  { integration }: IntegrationInPipeline,
  step: Step | undefined,
): Promise<{ id: string; version: string } | null> {
  const buildId = await findBuild(db, organizationId, integration.id, step, null);
  const build = (await builds.findMany(db, organizationId, [buildId])).get(buildId);
  return build === undefined ? null : { id: build.externalId, version: build.version };
}
