import { listPipelines } from "../../../db/catalog/environments.ts";
import { listIntegrationsByProject } from "../../../db/catalog/integration-lists.ts";
import { findProjectBySlug, type ListedProject, pageProjects } from "../../../db/catalog/projects.ts";
import { listRequesterRoleNames } from "../../../db/catalog/requester-roles.ts";
import type { Db } from "../../../db/connection/connect.ts";

/** A project as the API reads and writes it, with slugs and names instead of IDs. */
export type CatalogProject = {
  slug: string;
  name: string;
  /** From the first environment to the last. */
  pipeline: { slug: string; name: string; critical: boolean }[];
  /** The names of the requester roles (R14). Without any, every active full member may request. */
  requesterRoles: string[];
  integrations: { slug: string; name: string; deployer: string; compareUrl: string | null }[];
};

/**
 * Returns a page of the projects that are not archived, by slug. `next` is the slug after which the next page starts;
 * null on the last page.
 *
 * @param page.projectId the only project that a token covers; null for every project
 */
export async function listCatalogProjects(
  db: Db,
  organizationId: string,
  page: { after: string | null; limit: number; projectId: string | null },
): Promise<{ items: CatalogProject[]; next: string | null }> {
  const found = await pageProjects(db, organizationId, { ...page, limit: page.limit + 1 });
  const projects = found.slice(0, page.limit);
  return {
    items: await describe(db, organizationId, projects),
    next: found.length > projects.length ? (projects.at(-1)?.slug ?? null) : null,
  };
}

/** Returns the project with this slug; undefined if there is none or it is archived. */
export async function getCatalogProject(
  db: Db,
  organizationId: string,
  slug: string,
): Promise<CatalogProject | undefined> {
  const found = await findProjectBySlug(db, organizationId, slug);
  return found && (await describe(db, organizationId, [found]))[0];
}

async function describe(
  db: Db,
  organizationId: string,
  list: readonly ListedProject[],
): Promise<CatalogProject[]> {
  const ids = list.map(({ id }) => id);
  const [pipelines, roleNames, integrations] = await Promise.all([
    listPipelines(db, organizationId, ids),
    listRequesterRoleNames(db, organizationId, ids),
    listIntegrationsByProject(db, organizationId, ids),
  ]);
  return list.map(({ id, slug, name }) => ({
    ...{ slug, name, requesterRoles: roleNames.get(id) ?? [] },
    pipeline: (pipelines.get(id) ?? []).map((environment) => {
      return { slug: environment.slug, name: environment.name, critical: environment.critical };
    }),
    integrations: (integrations.get(id) ?? []).map(({ id: _, ...integration }) => integration),
  }));
}
