import { existsSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** The migrations lie in db/migrations; a build runs from dist/db/connection, three folders below the root. */
const folders = ["../migrations", "../../../db/migrations"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Any number that nothing else in the database locks. */
const migrationLock = 5_047_711;

/**
 * What changes a table waits for whoever reads it, and everybody else waits behind: those who click give up after
 * 1.5 s. So it waits shortly, lets them pass, and tries again.
 */
const lockTimeoutMs = 500;
const pauseMs = 500;

export type MigrateOptions = {
  /** How long it goes on trying while others hold what it must lock, in milliseconds; default 60,000. */
  giveUpAfterMs?: number;
  /** Where the migrations are; this version's own without it. */
  folder?: string;
};

/**
 * Brings the database to this version's schema, beside processes of the previous version that go on working. Processes
 * that start together wait for one another: the advisory lock belongs to the one connection that this client has.
 *
 * @throws what the database says; nothing of this version's migrations is applied then.
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<void> {
  const { giveUpAfterMs = 60_000, folder = folders.find((path) => existsSync(path)) } = options;
  if (folder === undefined) throw new Error(`No migrations at ${folders.join(" or ")}`);
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

/** All migrations that are missing are one transaction: a try that fails leaves nothing. */
async function applyPatiently(client: postgres.Sql, folder: string, until: number): Promise<void> {
  const db = drizzle(client);
  for (;;) {
    try {
      return await apply(db, { migrationsFolder: folder });
    } catch (error) {
      if (!isInTheWay(error)) throw error;
      if (performance.now() >= until) throw new Error(stillLocked, { cause: error });
      await wait(pauseMs);
    }
  }
}

const stillLocked =
  "a table that this version must change stays locked by a long transaction, for instance a backup. Nothing was changed; start again when it has ended";

/** Somebody else holds the lock: lock_not_available, deadlock_detected. https://www.postgresql.org/docs/current/errcodes-appendix.html */
function isInTheWay(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && (cause.code === "55P03" || cause.code === "40P01")) return true;
  }
  return false;
}
