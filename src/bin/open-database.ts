/**
 * Returns the URL of the database that DATABASE_URL names, and how to stop it. `embedded` starts a local PostgreSQL,
 * which needs the development dependencies; any other database is not stopped.
 */
export async function openDatabase(databaseUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (databaseUrl !== "embedded") return { url: databaseUrl, stop: async () => {} };
  const { startEmbedded } = await import("../../tools/embedded-postgres/embedded.ts");
  return startEmbedded();
}
