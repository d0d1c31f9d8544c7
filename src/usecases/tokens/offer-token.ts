import { randomUUID } from "node:crypto";
import type { Tx } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type Actor, actingMember } from "../../domain/shared/actor.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { hasEnded } from "../../domain/tokens/token-end.ts";
import { addItems } from "../../outbox/add-items.ts";
import { warningKey } from "../../outbox/items.ts";
import { changeSetting } from "../shared/change-setting.ts";
import type { By, Context } from "../shared/context.ts";

export type OfferToken = By & {
  /** A token cannot hand over tokens. */
  actor: Exclude<Actor, { kind: "token" }>;
  tokenId: string;
  /** Who is to take the token over. */
  memberId: MemberId;
};

/**
 * Offers an API token to a member on behalf of an admin, in place of an earlier offer. It stays as it is until that member
 * accepts. Offered to its own member, it gets a new secret when they accept.
 *
 * Refuses `not-admin`, `not-found` (also for a revoked token), `not-full-members`, `end-passed` (it has ended).
 */
export function offerToken(context: Context, input: OfferToken): Promise<Result<{ name: string }>> {
  const { organizationId, tokenId, memberId, actor } = input;
  const target = {
    async lock(tx: Tx) {
      const token = await tokens.lock(tx, organizationId, tokenId);
      const exists = token !== undefined && token.revokedAt === null;
      return exists ? accept(token) : refuse({ code: "not-found", what: "token" });
    },
    audit: () => ({ subject: `token:${tokenId}`, action: "token.offered" }),
    snapshot: async (_tx: Tx, token: LockedToken) => offerOf(token, token.offeredTo),
  };
  return changeSetting(context, input, target, async (tx, { state, now }) => {
    if (hasEnded(state.endsAt, now)) return refuse({ code: "end-passed" });
    const member = await members.find(tx, organizationId, memberId);
    if (member?.status !== "active") {
      const person = { id: memberId, name: member?.name ?? memberId };
      return refuse({ code: "not-full-members", people: [{ person, status: member?.status ?? "unknown" }] });
    }
    const offer = { offeredTo: memberId, offeredAt: now, offeredBy: actingMember(actor) };
    await tokens.update(tx, organizationId, tokenId, offer);
    const offerId = randomUUID();
    await addItems(tx, [
      {
        organizationId,
        kind: "send-admin-message",
        payload: { offer: tokenId, recipientId: memberId, keys: [warningKey(offerId, memberId)] },
        keyFacts: { warningId: offerId },
      },
    ]);
    return accept({ after: offerOf(state, memberId), value: { name: state.name } });
  });
}

type LockedToken = NonNullable<Awaited<ReturnType<typeof tokens.lock>>>;

const offerOf = ({ name, hint, scopes, projectId, memberId }: LockedToken, offeredTo: MemberId | null) => ({
  ...{ name, hint, scopes, projectId, memberId, offeredTo },
});
