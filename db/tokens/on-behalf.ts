import { sql } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";

/**
 * Returns the names of tokens that may request but not name another member, without those whose requests were all for the
 * token's own members: they need no further scope.
 */
export async function listWithoutOnBehalf(db: Db, organizationId: string): Promise<string[]> {
  const rows = await db.execute<{ name: string }>(sql`
    select t.name from api_tokens t
    where t.organization_id = ${organizationId} and t.revoked_at is null
      and 'requests:write' = any(t.scopes) and not 'requests:on-behalf' = any(t.scopes)
      and (
        not exists (
          select from requests r where r.organization_id = t.organization_id and r.requested_by ->> 'tokenId' = t.id::text)
        or exists (
          select from requests r where r.organization_id = t.organization_id and r.requested_by ->> 'tokenId' = t.id::text
            and not exists (
              select from token_members m
              where m.organization_id = t.organization_id and m.token_id = t.id and m.member_id = r.requester_id)))
    order by lower(t.name), t.id`);
  return rows.map(({ name }) => name);
}
