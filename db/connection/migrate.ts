import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** Migrations are in db/migrations. A build runs from dist/db/connection, three folders below the root. */
const folders = ["../migrations", "../../../db/migrations"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** An arbitrary number that nothing else in the database locks. */
const migrationLock = 5_047_711;

/**
 * A schema change waits for running reads of the table, and everyone else waits behind it. A click gives up after 1.5 s,
 * so a migration waits only briefly for its lock, lets the others pass, and tries again.
 */
const lockTimeoutMs = 500;
const pauseMs = 500;

export type MigrateOptions = {
  /** How long to retry while others hold the locks, in milliseconds; default 60,000. */
  giveUpAfterMs?: number;
  /** The folder of the migrations; by default those of this version. */
  folder?: string;
};

/**
 * Migrates the database to this version's schema while processes of the previous version keep working. Processes that
 * start at the same time wait for each other. If it throws, none of the missing migrations is applied.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  const { giveUpAfterMs = 60_000, folder = folders.find((path) => existsSync(path)) } = options;
  if (folder === undefined) throw new Error(`No migrations at ${folders.join(" or ")}`);
  // A single connection, because the advisory lock belongs to it.
  const client = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "signoff migrate", statement_timeout: 0, lock_timeout: 0 },
  });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await client`select set_config('lock_timeout', ${String(lockTimeoutMs)}, false)`;
    await applyPatiently(client, folder, performance.now() + giveUpAfterMs);
  } finally {
    await client.end();
  }
}

/** All missing migrations run in one transaction, so a failed attempt changes nothing. */
async function applyPatiently(client: postgres.Sql, folder: string, until: number): Promise<void> {
  const db = drizzle(client);
  for (;;) {
    try {
      return await apply(db, { migrationsFolder: folder });
    } catch (error) {
      if (!isLocked(error)) throw error;
      if (performance.now() >= until) throw new Error(stillLocked, { cause: error });
      await wait(pauseMs);
    }
  }
}

const stillLocked =
  "a table that this version must change stays locked by a long transaction, for instance a backup. Nothing was changed; start again when it has ended";

/** Returns whether somebody else holds the lock: lock_not_available, deadlock_detected. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isLocked(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && (cause.code === "55P03" || cause.code === "40P01")) return true;
  }
  return false;
}
