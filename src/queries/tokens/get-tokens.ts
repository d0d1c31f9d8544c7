import type { Db } from "../../../db/connection/connect.ts";
import type { Behind } from "../../../db/tokens/tokens.ts";
import * as tokens from "../../../db/tokens/tokens.ts";
import type { Scope } from "../../domain/tokens/token.ts";
import { pageWithin } from "../catalog/get-projects.ts";

/** A token as the list of the settings shows it. */
export type TokenRow = {
  id: string;
  name: string;
  /** Its last four characters. */
  hint: string;
  scopes: readonly Scope[];
  /** The one project that it is for; null: all of them. */
  project: { name: string; archived: boolean } | null;
  maker: Behind;
  /** Whom it acts for. */
  member: Behind;
  madeAt: Date;
  /** To the minute; null: it was never used. */
  lastUsedAt: Date | null;
};

/**
 * One page of the tokens that were not revoked, by name; the last one where there are not so many.
 *
 * @param page from 0
 */
export async function listTokens(
  db: Db,
  organizationId: string,
  page: number,
  size: number,
): Promise<{ tokens: TokenRow[]; page: number; total: number }> {
  const asked = await tokens.list(db, organizationId, page * size, size);
  const there = pageWithin(page, size, asked.total);
  const { tokens: found, total } =
    there === page ? asked : await tokens.list(db, organizationId, there * size, size);
  return { tokens: found.map(toRow), page: there, total };
}

function toRow({ token, maker, member, project }: tokens.ListedToken): TokenRow {
  const { id, name, hint, scopes, madeAt, lastUsedAt } = token;
  return { id, name, hint, scopes, project, maker, member, madeAt, lastUsedAt };
}
