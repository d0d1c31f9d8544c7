import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as audit from "../../../db/audit/audit.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import { listOpenOf } from "../../../db/requests/open-requests.ts";
import * as requests from "../../../db/requests/requests.ts";
import { cleanBuild } from "../../domain/deployments/clean-build.ts";
import { system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf } from "../../domain/tokens/token.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { redrawCards } from "../requests/record-change.ts";
import { type By, type Context, commit } from "../shared/context.ts";

const fields = ["version", "commit", "digest", "link", "author", "commits"] as const;

/** A build as the pipeline describes it. `id` is its id where it was built. */
export type NewBuild = { id: string } & Pick<builds.FullBuild, (typeof fields)[number]>;

export type RegisterBuild = { token: ApiToken; integrationId: string; build: NewBuild };

/** A stored build, and whether it is new. */
type RegisteredBuild = { created: boolean; build: builds.FullBuild };

/** `createdAt` orders the builds of an integration. */
type StoreBuild = { integrationId: string; build: NewBuild; createdAt: Date };

/**
 * Registers a build. Builds never change: the same call again returns the stored build.
 *
 * @returns the build, and whether it is new
 *
 * Refuses `not-found`, `token-scope`, `token-project`, `archived`, `build-differs` (another build has its id).
 */
export function registerBuild(
  context: Context,
  { token, integrationId, build }: RegisterBuild,
): Promise<Result<RegisteredBuild>> {
  const { organizationId } = token;
  return commit<RegisteredBuild>(context, async (tx, now) => {
    const access = { token, scope: "builds:write" as const };
    const integration = await resolveIntegration(tx, { organizationId, integrationId }, access);
    if (!integration.ok) return integration;
    const by = { organizationId, actor: actorOf(token), surface: "api" as const };
    return storeBuild(tx, by, { integrationId, build, createdAt: now }, now);
  });
}

/**
 * Stores a build of an integration that exists and is not archived, or returns the stored one.
 *
 * Refuses `build-differs` (another build has its id).
 */
export async function storeBuild(
  tx: Tx,
  { organizationId, actor, surface }: By,
  { integrationId, build: { id: externalId, ...given }, createdAt }: StoreBuild,
  now: Date,
): Promise<Result<RegisteredBuild>> {
  const described = cleanBuild(given);
  const id = randomUUID();
  const build = { ...described, organizationId, id, integrationId, externalId, createdAt };
  if (await builds.insert(tx, build)) {
    const { version, commit } = described;
    await audit.append(tx, [
      {
        ...{ organizationId, at: now, actor, surface },
        ...{ action: "build.registered", subject: `build:${id}`, before: null },
        after: { integrationId, id: externalId, version, commit },
      },
    ]);
    await redrawOutdated(tx, build);
    return accept({ created: true, build });
  }
  const existing = await builds.findByExternalId(tx, organizationId, integrationId, externalId);
  if (existing === undefined) throw new Error("The build was not stored");
  const stored = cleanBuild(existing);
  const parts = fields.filter((field) => !isDeepStrictEqual(stored[field], described[field]));
  if (parts.length > 0) return refuse({ code: "build-differs", id: externalId, parts });
  return accept({ created: false, build: existing });
}

/**
 * Plans the update of the cards of open requests for the previous newest build. Requests for older builds say already
 * that a newer one exists; leaving them alone avoids an update of all cards with every build.
 */
async function redrawOutdated(
  tx: Tx,
  { organizationId, id, integrationId }: { organizationId: string; id: string; integrationId: string },
): Promise<void> {
  const [newest, previous] = await builds.newestIds(tx, organizationId, integrationId, 2);
  if (newest !== id || previous === undefined) return;
  const open = await listOpenOf(tx, organizationId, [integrationId]);
  const outdated = open.filter(({ buildId }) => buildId === previous).map(({ number }) => number);
  if (outdated.length === 0) return;
  const raised = await requests.bumpOpen(tx, organizationId, outdated, true);
  await redrawCards(tx, organizationId, raised, system("a newer build was registered"));
}
