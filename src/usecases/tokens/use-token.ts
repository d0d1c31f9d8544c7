import * as tokens from "../../../db/tokens/tokens.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { ApiToken } from "../../domain/tokens/token.ts";
import type { Context } from "../shared/context.ts";
import { hashOf, isTokenText } from "./token-text.ts";

/** How often the last use is stored, in milliseconds: a write per call would cost more than most calls. */
const touchIntervalMs = 60_000;

/**
 * Returns the token with this text. Looks it up on every call, so that a revocation takes effect immediately.
 *
 * A token works while its maker and the member whom it acts for are active full members: somebody who left may have a
 * copy, and nobody would answer for it. If the maker only stops being an admin, the token keeps working, so that a change
 * of roles stops no pipelines; the other admins can see and revoke it.
 *
 * Refuses `token-invalid`.
 */
export async function useToken({ db, now }: Context, text: string): Promise<Result<ApiToken>> {
  const found = isTokenText(text) ? await tokens.findByHash(db, hashOf(text)) : undefined;
  if (found === undefined) return refuse({ code: "token-invalid", why: "unknown" });
  if (found.token.revokedAt !== null) return refuse({ code: "token-invalid", why: "revoked" });
  for (const { id, name, status } of [found.maker, found.member]) {
    if (status === "active") continue;
    return refuse({ code: "token-invalid", why: "inactive", person: { id, name }, status });
  }
  const { organizationId, id, name, scopes, projectId, memberId, makerId, lastUsedAt } = found.token;
  const at = now();
  if (lastUsedAt === null || at.getTime() - lastUsedAt.getTime() > touchIntervalMs) {
    await tokens.updateLastUsed(db, { organizationId, id }, at, touchIntervalMs);
  }
  return accept({ organizationId, id, name, scopes, projectId, memberId, makerId });
}
