import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { pausedScopes } from "../../domain/tokens/admin-scopes.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import type { ApiToken } from "../../domain/tokens/token.ts";
import { hasEnded } from "../../domain/tokens/token-end.ts";
import type { Context } from "../shared/context.ts";
import { hashOf, isTokenText } from "./token-text.ts";

/** How often the last use is stored, in milliseconds: a write per call would cost more than most calls. */
const touchIntervalMs = 60_000;

/**
 * Returns the token with this text. Looks it up on every call, so that a revocation takes effect immediately.
 *
 * A token works until its end, and while its maker and the member whom it acts for are active full members: somebody who
 * left may have a copy, and nobody would answer for it. If its member is not an admin, only the scopes that need one pause,
 * so that a change of roles stops no pipelines that build, deploy, and request.
 *
 * Refuses `token-invalid`.
 */
export async function useToken({ db, now }: Context, text: string): Promise<Result<ApiToken>> {
  const found = isTokenText(text) ? await tokens.findByHash(db, hashOf(text)) : undefined;
  if (found === undefined) return refuse({ code: "token-invalid", why: "unknown" });
  if (found.token.revokedAt !== null) return refuse({ code: "token-invalid", why: "revoked" });
  const at = now();
  if (found.oldUntil !== null && found.oldUntil <= at) {
    return refuse({ code: "token-invalid", why: "replaced" });
  }
  const { endsAt } = found.token;
  if (endsAt !== null && hasEnded(endsAt, at))
    return refuse({ code: "token-invalid", why: "ended", at: endsAt });
  for (const { id, name, status } of [found.maker, found.member]) {
    if (status === "active") continue;
    return refuse({ code: "token-invalid", why: "inactive", person: { id, name }, status });
  }
  const { organizationId, id, name, projectId, memberId, makerId, lastUsedAt } = found.token;
  if (lastUsedAt === null || at.getTime() - lastUsedAt.getTime() > touchIntervalMs) {
    await tokens.updateLastUsed(db, { organizationId, id }, at, touchIntervalMs);
  }
  const paused = await findPaused(db, found, at);
  const scopes = found.token.scopes.filter((scope) => !paused.includes(scope));
  const { id: personId, name: personName } = found.member;
  return accept({
    ...{ organizationId, id, name, scopes, projectId, memberId, makerId },
    ...(paused.length > 0 && { paused: { scopes: paused, member: { id: personId, name: personName } } }),
  });
}

/** Returns the scopes that pause. Reads whether the member is an admin only if that matters. */
async function findPaused(db: Db, { token, member }: tokens.FoundToken, now: Date): Promise<Scope[]> {
  if (pausedScopes(token, false, now).length === 0) return [];
  const facts = await members.findFacts(db, token.organizationId, member.id);
  return pausedScopes(token, facts !== undefined && isAdmin(facts), now);
}
