import { sql } from "drizzle-orm";
import type { Tx } from "../connection/connect.ts";
import { jobSlots } from "../schema/index.ts";

/**
 * Takes a slot of a scheduled job if it is newer than the last slot taken. A last slot more than an hour ahead comes
 * from a process whose clock was wrong, and is replaced.
 *
 * @returns whether the caller got the slot; only one of several processes does
 */
export async function take(tx: Tx, organizationId: string, job: string, slot: Date): Promise<boolean> {
  const rows = await tx
    .insert(jobSlots)
    .values({ organizationId, job, slot })
    .onConflictDoUpdate({
      target: [jobSlots.organizationId, jobSlots.job],
      set: { slot },
      setWhere: sql`${jobSlots.slot} < excluded.slot or ${jobSlots.slot} > excluded.slot + interval '1 hour'`,
    })
    .returning({ job: jobSlots.job });
  return rows.length > 0;
}
