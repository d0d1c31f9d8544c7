import { and, eq } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { builds, integrations, projects } from "../schema/index.ts";

/** The project of this slug, archived or not. */
export async function findProjectId(
  db: Db | Tx,
  organizationId: string,
  slug: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), eq(projects.slug, slug)));
  return row?.id;
}

/** The integration of this slug in a project, archived or not. */
export async function findIntegrationId(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  slug: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: integrations.id })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, organizationId),
        eq(integrations.projectId, projectId),
        eq(integrations.slug, slug),
      ),
    );
  return row?.id;
}

/** The build that is called so where it was built. */
export async function findBuildId(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  externalId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: builds.id })
    .from(builds)
    .where(
      and(
        eq(builds.organizationId, organizationId),
        eq(builds.integrationId, integrationId),
        eq(builds.externalId, externalId),
      ),
    );
  return row?.id;
}
