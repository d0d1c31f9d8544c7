import type { Tx } from "../../../db/connection/connect.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";

export type RevokeToken = By & {
  /** A token cannot revoke tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  tokenId: string;
};

/**
 * Revokes an API token on behalf of an admin: the next call that uses it is refused. Changes nothing if it is revoked
 * already. Returns the token's name.
 *
 * Refuses `not-admin`, `not-found`.
 */
export function revokeToken(context: Context, input: RevokeToken): Promise<Result<{ name: string }>> {
  const { organizationId, actor, tokenId } = input;
  const target = {
    async lock(tx: Tx) {
      const token = await tokens.lock(tx, organizationId, tokenId);
      return token === undefined ? refuse({ code: "not-found", what: "token" }) : accept(token);
    },
    audit: () => ({ subject: `token:${tokenId}`, action: "token.revoked" }),
    async snapshot(_tx: Tx, token: LockedToken) {
      const { name, hint, scopes, projectId, memberId, revokedAt } = token;
      return revokedAt === null ? { name, hint, scopes, projectId, memberId } : null;
    },
  };
  return changeSetting(context, input, target, async (tx, { state: { name, revokedAt }, now: at }) => {
    if (revokedAt === null) {
      await tokens.revoke(tx, organizationId, tokenId, { at, by: actingMember(actor) });
    }
    return accept({ after: null, value: { name } });
  });
}

type LockedToken = NonNullable<Awaited<ReturnType<typeof tokens.lock>>>;
