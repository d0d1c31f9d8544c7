import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import { connect, type Database } from "../../db/connection/connect.ts";

export type TestDatabase = {
  url: string;
  database: Database;
  /** Empties every table, including the append-only ones. */
  truncate(): Promise<void>;
  /** Closes `database` and drops it. */
  drop(): Promise<void>;
};

/**
 * Creates a migrated, empty database for one test file, as a copy of the run's template.
 * @param options.max connections of `database`, default 10
 * @param options.migrated false: without any table
 */
export async function testDatabase(
  options: { max?: number; lockTimeoutMs?: number; migrated?: boolean } = {},
): Promise<TestDatabase> {
  const { migrated = true, ...connectOptions } = options;
  const name = `test_${randomBytes(8).toString("hex")}`;
  const server = inject("databaseServer");
  const template = migrated ? inject("template") : "template0";
  await once(server, (sql) => sql`create database ${sql(name)} template ${sql(template)}`);
  const address = new URL(server);
  address.pathname = `/${name}`;
  const url = address.href;
  const database = connect(url, { ...connectOptions, applicationName: "signoff test" });
  return {
    url,
    database,
    truncate: () => once(url, truncateAll),
    async drop() {
      await database.close();
      await once(server, (sql) => sql`drop database if exists ${sql(name)} with (force)`);
    },
  };
}

async function truncateAll(sql: postgres.Sql): Promise<void> {
  const tables = await sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public'`;
  const names = tables.map(({ name }) => `"${name}"`).join(", ");
  await sql.begin(async (tx) => {
    // A replica session skips the triggers that protect the audit log.
    await tx`set local session_replication_role = replica`;
    await tx.unsafe(`truncate ${names} restart identity cascade`);
  });
}

async function once(url: string, work: (sql: postgres.Sql) => Promise<unknown>): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await work(sql);
  } finally {
    await sql.end();
  }
}
