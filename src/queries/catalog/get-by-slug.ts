import * as integrations from "../../../db/catalog/integrations.ts";
import * as projects from "../../../db/catalog/projects.ts";
import type { Db } from "../shared/db.ts";

/** What the API's paths identify: a project or an integration. */
export type Found = { id: string; slug: string; name: string };

/** Returns the project that has this slug or had it before; undefined if there is none or it is archived. */
export function getProjectBySlug(db: Db, organizationId: string, slug: string): Promise<Found | undefined> {
  return projects.findProjectBySlug(db, organizationId, slug);
}

/** Returns the integration that has this slug or had it before, with its pipeline, even if archived; undefined if there is none. */
export async function getIntegrationBySlug(
  db: Db,
  organizationId: string,
  projectId: string,
  slug: string,
): Promise<integrations.IntegrationInPipeline | undefined> {
  const id = await integrations.findIntegrationId(db, organizationId, projectId, slug);
  return id === undefined ? undefined : integrations.findIntegration(db, organizationId, id);
}
