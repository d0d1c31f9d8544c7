import * as tokens from "../../../db/tokens/tokens.ts";
import { type Actor, actingMember, type Surface } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { checkAdmin } from "../shared/check-admin.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";

export type RevokeToken = {
  organizationId: string;
  /** A token revokes no tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  surface: Surface;
  tokenId: string;
};

/**
 * Revokes an API token, for an admin: the next call that uses it is refused. For one that is revoked already nothing
 * changes.
 *
 * Refuses `not-admin`, `not-found`.
 */
export function revokeToken(context: Context, input: RevokeToken): Promise<Result<{ name: string }>> {
  const { organizationId, actor, surface, tokenId } = input;
  return commit<{ name: string }>(context, async (tx, at) => {
    const admin = await checkAdmin(tx, organizationId, actor);
    if (!admin.ok) return admin;
    const token = await tokens.lock(tx, organizationId, tokenId);
    if (token === undefined) return refuse({ code: "not-found", what: "token" });
    const { name, hint, scopes, projectId, memberId } = token;
    if (token.revokedAt !== null) return accept({ name });
    await tokens.revoke(tx, organizationId, tokenId, { at, by: actingMember(actor) });
    await recordSetting(tx, {
      ...{ organizationId, actor, surface, at, action: "token.revoked", subject: `token:${tokenId}` },
      before: { name, hint, scopes, projectId, memberId },
      after: null,
    });
    return accept({ name });
  });
}
