/** The database that `DATABASE_URL` names; `embedded` starts a local one, whose package only development installs. */
export async function findDatabase(databaseUrl: string): Promise<{ url: string; stop(): Promise<void> }> {
  if (databaseUrl !== "embedded") return { url: databaseUrl, stop: async () => {} };
  const { startEmbedded } = await import("../../tools/embedded-postgres/embedded.ts");
  return startEmbedded();
}
