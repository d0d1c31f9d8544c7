import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { member } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { hasEnded, oldSecretUntil } from "../../domain/tokens/token-end.ts";
import { type Context, commit } from "../shared/context.ts";
import { recordSetting } from "../shared/record-setting.ts";
import { hashOf, hintOf, newTokenText } from "./token-text.ts";

export type AcceptToken = {
  organizationId: string;
  tokenId: string;
  /** The member to whom it was offered. Only people accept. */
  memberId: MemberId;
};

export type AcceptedToken = {
  name: string;
  scopes: readonly Scope[];
  /** The new secret. It is not stored, so nobody can see it again. */
  text: string;
  /** Until when the old secret works; null if it does not. */
  oldUntil: Date | null;
};

/**
 * Hands a token over to the member to whom it was offered, with a new secret. The old one works for another day, unless it
 * had stopped working. From now on, the member counts as the requester of all that the token requested (R5).
 *
 * Refuses `not-offered`, `not-full-members`, `end-passed` (the token has ended).
 */
export function acceptToken(context: Context, input: AcceptToken): Promise<Result<AcceptedToken>> {
  const { organizationId, tokenId, memberId } = input;
  return commit<AcceptedToken>(context, async (tx, now) => {
    const token = await tokens.lock(tx, organizationId, tokenId);
    if (token === undefined || token.revokedAt !== null || token.offeredTo !== memberId) {
      return refuse({ code: "not-offered" });
    }
    if (hasEnded(token.endsAt, now)) return refuse({ code: "end-passed" });
    const people = await members.findMany(tx, organizationId, [memberId, token.memberId, token.madeBy]);
    const taker = people.get(memberId);
    if (taker?.status !== "active") {
      const person = { id: memberId, name: taker?.name ?? memberId };
      return refuse({ code: "not-full-members", people: [{ person, status: taker?.status ?? "unknown" }] });
    }
    const stopped = [token.memberId, token.madeBy].some((id) => people.get(id)?.status !== "active");
    const oldUntil = oldSecretUntil(stopped, token.endsAt, now);
    const text = newTokenText();
    await tokens.update(tx, organizationId, tokenId, {
      ...{ memberId, madeBy: memberId, hash: hashOf(text), hint: hintOf(text) },
      ...{ oldHash: oldUntil === null ? null : token.hash, oldHashUntil: oldUntil },
      ...{ offeredTo: null, offeredAt: null, offeredBy: null, adminScopesUntil: null },
    });
    await record(tx, token, { memberId, hint: hintOf(text), at: now });
    return accept({ name: token.name, scopes: token.scopes, text, oldUntil });
  });
}

type LockedToken = NonNullable<Awaited<ReturnType<typeof tokens.lock>>>;

/** R12: never the secrets or their hashes. */
async function record(
  tx: Tx,
  token: LockedToken,
  { memberId, hint, at }: { memberId: MemberId; hint: string; at: Date },
): Promise<void> {
  const { organizationId, id, name, scopes, projectId, offeredBy } = token;
  const before = { name, hint: token.hint, scopes, projectId, memberId: token.memberId };
  await recordSetting(tx, {
    ...{ organizationId, actor: member(memberId), surface: "slack", at },
    ...{ action: "token.handed-over", subject: `token:${id}` },
    before: { ...before, offeredBy },
    after: { ...before, hint, memberId },
  });
}
