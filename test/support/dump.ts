import type postgres from "postgres";
import { reserveConnection } from "./reserve-connection.ts";

/** What a dump has: the rows of each table as a JSON array, and where each sequence stands. */
export type Dump = { tables: Map<string, string>; sequences: Map<string, string> };

/** Reads a whole database from one snapshot while others go on writing, as `pg_dump` does. */
export async function dump(sql: postgres.Sql): Promise<Dump> {
  const own = await reserveConnection(sql);
  try {
    await own`begin isolation level repeatable read read only`;
    const dumped: Dump = { tables: new Map(), sequences: new Map() };
    for (const { name } of await own<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public'`) {
      const [row] = await own<
        { rows: string | null }[]
      >`select json_agg(t)::text as rows from ${own(name)} t`;
      dumped.tables.set(name, row?.rows ?? "[]");
    }
    for (const { name } of await own<{ name: string }[]>`
      select sequencename as name from pg_sequences where schemaname = 'public'`) {
      const [row] = await own<{ last: string }[]>`select last_value::text as last from ${own(name)}`;
      dumped.sequences.set(name, row?.last ?? "1");
    }
    await own`commit`;
    return dumped;
  } finally {
    own.release();
  }
}

/** Fills a migrated database with a dump, in place of what it holds. Triggers and foreign keys are off meanwhile. */
export async function restore(sql: postgres.Sql, { tables, sequences }: Dump): Promise<void> {
  await sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    for (const [name, rows] of tables) {
      await tx`delete from ${tx(name)}`;
      const columns = await tx<{ name: string }[]>`
        select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = ${name} and is_generated = 'NEVER'`;
      const names = tx(columns.map((column) => column.name));
      await tx`
        insert into ${tx(name)} (${names}) overriding system value
        select ${names} from json_populate_recordset(null::${tx(name)}, ${rows}::text::json)`;
    }
    for (const [name, last] of sequences) await tx`select setval(${name}, ${last}::bigint)`;
  });
}
