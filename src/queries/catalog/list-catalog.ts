import { listPipelines } from "../../../db/catalog/environments.ts";
import { listIntegrationsByProject } from "../../../db/catalog/integration-lists.ts";
import { findProjectBySlug, type ListedProject, pageProjects } from "../../../db/catalog/projects.ts";
import { listRequesterRoleNames } from "../../../db/catalog/requester-roles.ts";
import type { Db } from "../../../db/connection/connect.ts";

/** A project as a pipeline sets it up, by slugs and names. */
export type CatalogProject = {
  slug: string;
  name: string;
  /** In order, first to last. */
  pipeline: { slug: string; name: string; critical: boolean }[];
  /** R14: roles by name; none: every active full member. */
  requesterRoles: string[];
  integrations: { slug: string; name: string; deployer: string; compareUrl: string | null }[];
};

/**
 * A page of the projects that are not archived, by slug; `next` is the slug after which the next page begins, null where
 * this is the last.
 *
 * @param asked.projectId only this one, for a token that sees no other
 */
export async function listCatalogProjects(
  db: Db,
  organizationId: string,
  asked: { after: string | null; limit: number; projectId: string | null },
): Promise<{ items: CatalogProject[]; next: string | null }> {
  const found = await pageProjects(db, organizationId, { ...asked, limit: asked.limit + 1 });
  const page = found.slice(0, asked.limit);
  return {
    items: await describe(db, organizationId, page),
    next: found.length > page.length ? (page.at(-1)?.slug ?? null) : null,
  };
}

/** One project that is not archived, by its slug; undefined where there is none. */
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
    pipeline: (pipelines.get(id) ?? []).map((one) => {
      return { slug: one.slug, name: one.name, critical: one.critical };
    }),
    integrations: (integrations.get(id) ?? []).map(({ id: _, ...one }) => one),
  }));
}
