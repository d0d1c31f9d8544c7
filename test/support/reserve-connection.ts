import type postgres from "postgres";

/**
 * A connection for this test alone. The driver hands none out that is only just being made, unless it asks for the types
 * of arrays first: so one is made before.
 */
export async function reserve(sql: postgres.Sql): Promise<postgres.ReservedSql> {
  await sql`select 1`;
  return sql.reserve();
}
