import { eq } from "drizzle-orm";
import type { Db } from "../connection/connect.ts";
import { integrations, projects } from "../schema/index.ts";

/** Returns the names of all projects and integrations by their IDs, archived ones too. */
export async function listCatalogNames(
  db: Db,
  organizationId: string,
): Promise<{ projects: ReadonlyMap<string, string>; integrations: ReadonlyMap<string, string> }> {
  const [ofProjects, ofIntegrations] = await Promise.all([
    db
      .select({ id: projects.id, name: projects.name })
      .from(projects)
      .where(eq(projects.organizationId, organizationId)),
    db
      .select({ id: integrations.id, name: integrations.name })
      .from(integrations)
      .where(eq(integrations.organizationId, organizationId)),
  ]);
  const byId = (rows: readonly { id: string; name: string }[]) =>
    new Map(rows.map(({ id, name }) => [id, name]));
  return { projects: byId(ofProjects), integrations: byId(ofIntegrations) };
}
