import { sql } from "drizzle-orm";
import type { Tx } from "../connection/connect.ts";

/** What the audit log calls a token's call that was refused because it would lower a guard. */
export const guardRefused = "guard.refused";

/** Returns the subject of such entries. It is not the setting's own, because nothing of that was changed. */
export const refusedSubject = (subject: string): string => `guard:${subject}`;

/** @param guards as the audit log stores them */
type RefusedGuards = { subject: string; tokenId: string; guards: readonly object[] };

/** Returns whether this token was refused because of these guards already, since the setting changed last. */
export async function wasRefusedSince(
  tx: Tx,
  organizationId: string,
  { subject, tokenId, guards }: RefusedGuards,
): Promise<boolean> {
  const [row] = await tx.execute<{ refused: boolean }>(sql`
    select exists (
      select from audit_log
      where organization_id = ${organizationId} and subject = ${refusedSubject(subject)}
        and action = ${guardRefused} and actor ->> 'tokenId' = ${tokenId}
        and after -> 'guards' @> ${JSON.stringify(guards)}::jsonb
        and id > (
          select coalesce(max(id), 0) from audit_log
          where organization_id = ${organizationId} and subject = ${subject}
        )
    ) as refused`);
  return row?.refused === true;
}
