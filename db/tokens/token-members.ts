import { and, asc, eq, sql } from "drizzle-orm";
import type { MemberId, Person } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { apiTokens, members, tokenMembers } from "../schema/index.ts";

/** Returns every member to whom a token belongs or belonged, and its maker (R5), the earliest first. */
export async function listTokenMemberIds(
  db: Db | Tx,
  organizationId: string,
  tokenId: string,
): Promise<MemberId[]> {
  const rows = await db
    .select({ memberId: tokenMembers.memberId })
    .from(tokenMembers)
    .where(
      and(eq(tokenMembers.organizationId, organizationId), sql`${tokenMembers.tokenId}::text = ${tokenId}`),
    )
    .orderBy(asc(tokenMembers.since), asc(tokenMembers.memberId));
  return rows.map(({ memberId }) => memberId);
}

/** Returns the member to whom a token belongs now; undefined for a token that is not stored. */
export async function findTokenMember(
  db: Db | Tx,
  organizationId: string,
  tokenId: string,
): Promise<Person | undefined> {
  const [row] = await db
    .select({ id: apiTokens.memberId, name: members.name })
    .from(apiTokens)
    .leftJoin(
      members,
      and(eq(members.organizationId, apiTokens.organizationId), eq(members.id, apiTokens.memberId)),
    )
    .where(and(eq(apiTokens.organizationId, organizationId), sql`${apiTokens.id}::text = ${tokenId}`));
  return row && { id: row.id, name: row.name ?? row.id };
}
