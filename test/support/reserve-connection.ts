import type postgres from "postgres";

/**
 * Reserves a connection for one test. The driver does not reserve a connection that is still being opened, so
 * one is opened first.
 */
export async function reserveConnection(sql: postgres.Sql): Promise<postgres.ReservedSql> {
  await sql`select 1`;
  return sql.reserve();
}
