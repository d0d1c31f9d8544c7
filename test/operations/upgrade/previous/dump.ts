import postgres from "postgres";

/**
 * Returns the rows of every table, each as PostgreSQL's own JSON, in a fixed order. The HTML of emails is left out, because
 * it is large, and nothing reads that of an email that was sent.
 */
export async function dumpTables(url: string): Promise<Record<string, unknown[]>> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const names = await sql<{ name: string }[]>`
      select tablename as name from pg_tables where schemaname = 'public' order by 1`;
    const tables: Record<string, unknown[]> = {};
    await sql`update emails set content = jsonb_set(content, '{html}', '""')`;
    for (const { name } of names) {
      const rows = await sql<{ row: unknown }[]>`
        select to_jsonb(t) as row from ${sql(name)} t order by to_jsonb(t)::text`;
      if (rows.length > 0) tables[name] = rows.map(({ row }) => row);
    }
    return tables;
  } finally {
    await sql.end();
  }
}
