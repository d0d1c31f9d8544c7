import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox } from "../schema/outbox.ts";

/** Makes due at once what waits for this reason. @returns how many items */
export async function makeDue(tx: Tx, organizationId: string, reason: string): Promise<number> {
  const rows = await tx
    .update(outbox)
    .set({ availableAt: sql`date_trunc('milliseconds', now())` })
    .where(
      and(
        eq(outbox.organizationId, organizationId),
        eq(outbox.reason, reason),
        isNull(outbox.settledAt),
        isNull(outbox.leasedUntil),
      ),
    )
    .returning({ id: outbox.id });
  return rows.length;
}

/** How the items of these keys ended; null where one is still open. */
export async function outcomesOf(
  db: Db | Tx,
  organizationId: string,
  keys: readonly string[],
): Promise<("done" | "dead" | null)[]> {
  const rows = await db
    .select({ outcome: outbox.outcome })
    .from(outbox)
    .where(and(eq(outbox.organizationId, organizationId), inArray(outbox.key, [...keys])));
  return rows.map(({ outcome }) => outcome);
}
