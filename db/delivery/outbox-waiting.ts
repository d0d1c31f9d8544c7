import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { outbox } from "../schema/outbox.ts";

/** Makes the items that wait for this reason due at once. Returns their number. */
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

/** Returns whether any item waits for this reason. */
export async function anyWaits(db: Db | Tx, organizationId: string, reason: string): Promise<boolean> {
  const rows = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(eq(outbox.organizationId, organizationId), eq(outbox.reason, reason), isNull(outbox.settledAt)),
    )
    .limit(1);
  return rows.length > 0;
}

/** Returns how the items with these keys ended, with null for each one that is open. */
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
