import { sql } from "drizzle-orm";
import type { Db } from "../../../db/connection/connect.ts";

/** Runs a statement for every table, whose name is in `one`. A replica session skips triggers and foreign keys. */
const onEveryTable = (before: string, each: string) =>
  sql.raw(`do $$ declare one text; begin
    perform set_config('session_replication_role', 'replica', true);
    ${before}
    for one in select tablename from pg_tables where schemaname = 'public' loop
      ${each}
    end loop;
  end $$`);

/** Keeps every row, and returns what puts them back as they are now. */
export async function keepRows(db: Db): Promise<() => Promise<void>> {
  await db.execute(
    onEveryTable(
      "create schema kept;",
      "execute format('create table kept.%1$I as table public.%1$I', one);",
    ),
  );
  const putBack = onEveryTable(
    "",
    `execute format('delete from public.%1$I', one);
      execute format('insert into public.%1$I overriding system value table kept.%1$I', one);`,
  );
  return async () => {
    await db.execute(putBack);
  };
}
