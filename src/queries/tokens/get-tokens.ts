import type { Db } from "../../../db/connection/connect.ts";
import type { TokenPerson } from "../../../db/tokens/tokens.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { Scope } from "../../domain/tokens/scope.ts";
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
): Promise<{ tokens: TokenRow[]; page: number; total: number }> {
  const requested = await tokens.list(db, organizationId, page * size, size);
  const shownPage = pageWithin(page, size, requested.total);
  const { tokens: found, total } =
    shownPage === page ? requested : await tokens.list(db, organizationId, shownPage * size, size);
  return { tokens: found.map(toRow), page: shownPage, total };
}

function toRow({ token, maker, member, project }: tokens.ListedToken): TokenRow {
  const { id, name, hint, scopes, madeAt, lastUsedAt } = token;
  return { id, name, hint, scopes, project, maker, member, madeAt, lastUsedAt };
}
