import type { Db } from "../../../db/connection/connect.ts";
import * as members from "../../../db/people/members.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { pausedScopes } from "../../domain/tokens/admin-scopes.ts";
import type { Scope } from "../../domain/tokens/scope.ts";

/** A token that is offered to a member. */
export type TokenOffer = {
  id: string;
  name: string;
  scopes: readonly Scope[];
  /** The scopes that would pause, because the member is not an admin. */
  paused: readonly Scope[];
  /** The only project that it covers; null for every project. */
  project: string | null;
  /** To whom it belongs now. */
  owner: { id: MemberId; name: string };
  endsAt: Date | null;
};

/** Returns a token that is offered to this member; undefined if it is not, or no longer. */
export async function getTokenOffer(
  db: Db,
  organizationId: string,
  tokenId: string,
  memberId: MemberId,
): Promise<TokenOffer | undefined> {
  const [found, facts] = await Promise.all([
    tokens.find(db, organizationId, tokenId),
    members.findFacts(db, organizationId, memberId),
  ]);
  if (found === undefined || found.offeredTo?.id !== memberId) return undefined;
  const { id, name, scopes, endsAt } = found.token;
  const admin = facts !== undefined && isAdmin(facts);
  return {
    ...{ id, name, scopes, endsAt, project: found.project?.name ?? null },
    owner: { id: found.member.id, name: found.member.name },
    paused: pausedScopes({ scopes, adminScopesUntil: null }, admin, new Date(0)),
  };
}
