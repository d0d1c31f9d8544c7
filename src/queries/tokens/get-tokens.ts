import type { Db } from "../../../db/connection/connect.ts";
import { listAdmins } from "../../../db/people/members.ts";
import type { TokenPerson } from "../../../db/tokens/tokens.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { Person } from "../../domain/people/people.ts";
import { pausedScopes } from "../../domain/tokens/admin-scopes.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
import { hasEnded } from "../../domain/tokens/token-end.ts";
import { pageWithin } from "../catalog/get-projects.ts";

/** A token as the settings list shows it. */
export type TokenRow = {
  id: string;
  name: string;
  /** The last four characters. */
  hint: string;
  scopes: readonly Scope[];
  /** The only project that the token covers; null for every project. */
  project: { name: string; archived: boolean } | null;
  maker: TokenPerson;
  /** The member whom the token acts for. */
  member: TokenPerson;
  madeAt: Date;
  /** To the minute; null if it was never used. */
  lastUsedAt: Date | null;
  /** When it stops working; null: never. */
  endsAt: Date | null;
  ended: boolean;
  /** Who is to take it over; null if it is not offered. */
  offeredTo: Person | null;
  memberIsAdmin: boolean;
  /** The scopes that pause now, because its member is not an admin. */
  paused: readonly Scope[];
  /** Until when a token that an earlier version made keeps those scopes; null for other tokens. */
  adminScopesUntil: Date | null;
};

/**
 * Returns one page of the tokens that are not revoked by name, or the last page if there are fewer.
 *
 * @param page from 0
 */
export async function listTokens(
  db: Db,
  organizationId: string,
  page: number,
  size: number,
  now = new Date(),
): Promise<{ tokens: TokenRow[]; page: number; total: number }> {
  const requested = await tokens.list(db, organizationId, page * size, size);
  const shownPage = pageWithin(page, size, requested.total);
  const { tokens: found, total } =
    shownPage === page ? requested : await tokens.list(db, organizationId, shownPage * size, size);
  const admins = await listAdmins(db, organizationId);
  return { tokens: found.map((one) => toRow(one, admins, now)), page: shownPage, total };
}

/** Returns a token that is not revoked. */
export async function getToken(
  db: Db,
  organizationId: string,
  tokenId: string,
  now: Date,
): Promise<TokenRow | undefined> {
  const found = await tokens.find(db, organizationId, tokenId);
  return found && toRow(found, await listAdmins(db, organizationId), now);
}

function toRow(
  { token, maker, member, offeredTo, project }: tokens.ListedToken,
  admins: readonly Person[],
  now: Date,
): TokenRow {
  const { id, name, hint, scopes, madeAt, lastUsedAt, endsAt, adminScopesUntil } = token;
  const memberIsAdmin = admins.some((admin) => admin.id === member.id);
  return {
    ...{ id, name, hint, scopes, project, maker, member, madeAt, lastUsedAt, endsAt, offeredTo },
    ...{ ended: hasEnded(endsAt, now), memberIsAdmin, adminScopesUntil },
    paused: pausedScopes(token, memberIsAdmin, now),
  };
}
