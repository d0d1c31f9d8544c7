import { eq, sql } from "drizzle-orm";
import { z } from "zod";
import type { Db, Tx } from "../connection/connect.ts";
import { seedValues } from "../schema/index.ts";

/** A value as it is stored: the column takes no null, and a value may be null. */
const wrapped = z.object({ value: z.unknown(), said: z.boolean().default(true) });

/** What loads remember about a setting. */
export type SeedValue = {
  value: unknown;
  /** Whether a file said it. Otherwise it is what was stored when a file that said nothing about it was last loaded. */
  said: boolean;
};

/** Makes concurrent loads of seed files in an organization run one after the other. Held until the transaction ends. */
export async function lockSeed(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('seed'), hashtext(${organizationId}))`);
}

/** Returns what the last loads remember about each setting. */
export async function listSeedValues(db: Db | Tx, organizationId: string): Promise<Map<string, SeedValue>> {
  const { setting, value } = seedValues;
  const rows = await db
    .select({ setting, value })
    .from(seedValues)
    .where(eq(seedValues.organizationId, organizationId));
  return new Map(rows.map((row): [string, SeedValue] => [row.setting, wrapped.parse(row.value)]));
}

/** Settings per statement. A statement takes at most 65,535 parameters. */
const batchSize = 2_000;

/** Remembers values of settings. Those of other settings stay. */
export async function saveSeedValues(
  tx: Tx,
  organizationId: string,
  values: ReadonlyMap<string, SeedValue>,
  loadedAt: Date,
): Promise<void> {
  const rows = [...values].map(([setting, value]) => ({
    organizationId,
    setting,
    value,
    loadedAt,
  }));
  for (let i = 0; i < rows.length; i += batchSize) {
    await tx
      .insert(seedValues)
      .values(rows.slice(i, i + batchSize))
      .onConflictDoUpdate({
        target: [seedValues.organizationId, seedValues.setting],
        set: { value: sql`excluded.value`, loadedAt: sql`excluded.loaded_at` },
      });
  }
}
