import * as tokens from "../../../db/tokens/tokens.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { ApiToken } from "../../domain/tokens/token.ts";
import type { Context } from "../shared/context.ts";
import { hashOf, isTokenText } from "./token-text.ts";

/** How exactly the last use is kept: a write at every call would cost more than most calls. */
const rememberedEveryMs = 60_000;

/**
 * Lets a token in, by its text. It is looked up at every call, so that a revocation holds at once.
 *
 * It works for as long as the member who made it, and the one it acts for, are active full members: somebody who left
 * may have kept a copy, and nobody would answer any more for what it does. An admin who merely is none any more leaves
 * their tokens at work: pipelines do not stop because a role moved on, and the other admins see and revoke them.
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
  if (lastUsedAt === null || at.getTime() - lastUsedAt.getTime() > rememberedEveryMs) {
    await tokens.updateLastUsed(db, { organizationId, id }, at, rememberedEveryMs);
  }
  return accept({ organizationId, id, name, scopes, projectId, memberId, makerId });
}
