import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as apply } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

/** The migrations lie beside this file in the source; a build runs from dist/db, two folders below the root. */
const folders = ["./migrations", "../../db/migrations"].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/** Any number that nothing else in the database locks. */
const migrationLock = 5_047_711;

/**
 * Brings the database to this version's schema. Processes that start together wait for one another: the advisory lock
 * belongs to the one connection that this client has.
 *
 * @throws what the database says; nothing of this version's migrations is applied then.
 */
export async function migrate(url: string): Promise<void> {
  const folder = folders.find((path) => existsSync(path));
  if (folder === undefined) throw new Error(`No migrations at ${folders.join(" or ")}`);
  const client = postgres(url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "signoff migrate", statement_timeout: 0, lock_timeout: 0 },
  });
  try {
    await client`select pg_advisory_lock(${migrationLock})`;
    await apply(drizzle(client), { migrationsFolder: folder });
  } finally {
    await client.end();
  }
}
