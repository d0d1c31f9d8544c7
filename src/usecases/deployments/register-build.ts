import type { Result } from "../../domain/shared/result.ts";
import { type ApiToken, actorOf } from "../../domain/tokens/token.ts";
import { resolveIntegration } from "../catalog/resolve-integration.ts";
import { type Context, commit } from "../shared/context.ts";
import { type NewBuild, type StoredBuild, storeBuild } from "./store-build.ts";

export type RegisterBuild = { token: ApiToken; integrationId: string; build: NewBuild };

/**
 * Registers a build. Builds never change: a call that describes a registered build again returns it as it was registered
 * first. What is too long is cut.
 *
 * @returns the build, whether it is new, and notes on what was not stored as described
 *
 * Refuses `not-found`, `token-scope`, `token-project`, `archived`, `time-out-of-range`, `build-differs` (another build has
 * its id).
 */
export function registerBuild(
  context: Context,
  { token, integrationId, build }: RegisterBuild,
): Promise<Result<StoredBuild>> {
  const { organizationId } = token;
  return commit<StoredBuild>(context, async (tx, now) => {
    const access = { token, scope: "builds:write" as const };
    const integration = await resolveIntegration(tx, { organizationId, integrationId }, access);
    if (!integration.ok) return integration;
    const by = { organizationId, actor: actorOf(token), surface: "api" as const };
    return storeBuild(tx, by, { integrationId, build }, now);
  });
}
