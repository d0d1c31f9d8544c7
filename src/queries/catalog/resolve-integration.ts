import * as catalog from "../../../db/catalog/catalog.ts";
import * as projects from "../../../db/catalog/projects-page.ts";
import { findIntegrationId } from "../../../db/catalog/slugs.ts";
import type { Db } from "../shared/db.ts";

export type Found = { id: string; slug: string; name: string };

/** A project that is not archived, by its slug. */
export function findProject(db: Db, organizationId: string, slug: string): Promise<Found | undefined> {
  return projects.findBySlug(db, organizationId, slug);
}

/** An integration of a project by its slug, with the project's pipeline; one that is archived says so. */
export async function findIntegration(
  db: Db,
  organizationId: string,
  projectId: string,
  slug: string,
): Promise<catalog.IntegrationInPipeline | undefined> {
  const id = await findIntegrationId(db, organizationId, projectId, slug);
  return id === undefined ? undefined : catalog.findIntegration(db, organizationId, id);
}
