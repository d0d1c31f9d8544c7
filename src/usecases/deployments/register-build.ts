import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import * as audit from "../../../db/audit/audit.ts";
import { findIntegration } from "../../../db/catalog/integrations.ts";
import { shareLockProject } from "../../../db/catalog/projects.ts";
import type { Tx } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds-list.ts";
import * as requests from "../../../db/requests/requests.ts";
import { listOpenOf } from "../../../db/requests/requests-list.ts";
import { system } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf, mayUse } from "../../domain/tokens/token.ts";
import { redrawCards } from "../requests/record-change.ts";
import { type Context, commit } from "../shared/context.ts";

/** What is told of a build; `id` is its id where it was built. */
export type NewBuild = { id: string } & Pick<
  builds.FullBuild,
  "version" | "commit" | "digest" | "link" | "author" | "commits"
>;

export type RegisterBuild = { token: ApiToken; integrationId: string; build: NewBuild };

const parts = ["version", "commit", "digest", "link", "author", "commits"] as const;

/**
 * Registers what was built. A build never changes: the same again is answered as the first time, and another one under
 * its id is refused.
 *
 * Refuses `token-scope`, `token-project`, `not-found`, `archived`, `build-differs`.
 */
export function registerBuild(
  context: Context,
  { token, integrationId, build: { id: externalId, ...told } }: RegisterBuild,
): Promise<Result<{ created: boolean; build: builds.FullBuild }>> {
  const { organizationId } = token;
  return commit<{ created: boolean; build: builds.FullBuild }>(context, async (tx, now) => {
    await shareLockProject(tx, organizationId, integrationId);
    const place = await findIntegration(tx, organizationId, integrationId);
    if (place === undefined) return refuse({ code: "not-found", what: "integration" });
    const allowed = mayUse(token, "builds:write", place.project.id);
    if (!allowed.ok) return allowed;
    if (place.archived !== null) return refuse({ code: "archived", what: place.archived });
    const build = { ...told, organizationId, id: randomUUID(), integrationId, externalId, createdAt: now };
    if (await builds.insert(tx, build)) {
      await audit.append(tx, [
        {
          ...{ organizationId, at: now, actor: actorOf(token), surface: "api" },
          ...{ action: "build.registered", subject: `build:${build.id}`, before: null },
          after: { integrationId, id: externalId, version: told.version, commit: told.commit },
        },
      ]);
      await redrawOutdated(tx, token, build);
      return accept({ created: true, build });
    }
    const known = await builds.findByExternalId(tx, organizationId, integrationId, externalId);
    if (known === undefined) throw new Error("The build was not stored");
    const other = parts.filter((part) => !isDeepStrictEqual(known[part], told[part]));
    if (other.length > 0) return refuse({ code: "build-differs", id: externalId, parts: other });
    return accept({ created: false, build: known });
  });
}

/**
 * Open requests for the build that was the newest until now say so no longer. Those that knew of a newer one already
 * are left alone: else busy pipelines would have their cards drawn at every build.
 */
async function redrawOutdated(
  tx: Tx,
  { organizationId }: ApiToken,
  { id, integrationId }: { id: string; integrationId: string },
): Promise<void> {
  const [newest, before] = await builds.newestIds(tx, organizationId, integrationId, 2);
  if (newest !== id || before === undefined) return;
  const open = await listOpenOf(tx, organizationId, [integrationId]);
  const outdated = open.filter(({ buildId }) => buildId === before).map(({ number }) => number);
  if (outdated.length === 0) return;
  const bumped = await requests.bumpOpen(tx, organizationId, outdated, true);
  await redrawCards(tx, organizationId, bumped, system("a newer build was registered"));
}
