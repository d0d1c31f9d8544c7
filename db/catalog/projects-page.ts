import { and, asc, eq, gt, inArray, isNull } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { environments, integrations, projects, requesterRoles, roles } from "../schema/index.ts";

export type ListedProject = { id: string; slug: string; name: string };

const project = { id: projects.id, slug: projects.slug, name: projects.name };

const offered = (organizationId: string) =>
  and(eq(projects.organizationId, organizationId), isNull(projects.archivedAt));

/** A project that is not archived, by its slug. */
export async function findBySlug(
  db: Db | Tx,
  organizationId: string,
  slug: string,
): Promise<ListedProject | undefined> {
  const [row] = await db
    .select(project)
    .from(projects)
    .where(and(offered(organizationId), eq(projects.slug, slug)));
  return row;
}

/**
 * A page of the projects that are not archived, by slug.
 *
 * @param asked.after the last slug of the page before
 * @param asked.projectId only this one
 */
export async function page(
  db: Db | Tx,
  organizationId: string,
  asked: { after: string | null; limit: number; projectId: string | null },
): Promise<ListedProject[]> {
  return db
    .select(project)
    .from(projects)
    .where(
      and(
        offered(organizationId),
        asked.after === null ? undefined : gt(projects.slug, asked.after),
        asked.projectId === null ? undefined : eq(projects.id, asked.projectId),
      ),
    )
    .orderBy(asc(projects.slug))
    .limit(asked.limit);
}

/** The pipelines of these projects, in order, without archived environments. */
export async function pipelines(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, Environment[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({
      projectId: environments.projectId,
      id: environments.id,
      name: environments.name,
      slug: environments.slug,
      position: environments.position,
      critical: environments.critical,
    })
    .from(environments)
    .where(
      and(
        eq(environments.organizationId, organizationId),
        inArray(environments.projectId, [...projectIds]),
        isNull(environments.archivedAt),
      ),
    )
    .orderBy(asc(environments.position), asc(environments.slug));
  return grouped(rows, ({ projectId, ...environment }) => [projectId, environment]);
}

/** R14: the names of these projects' requester roles. */
export async function requesterRoleNames(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, string[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ projectId: requesterRoles.projectId, name: roles.name })
    .from(requesterRoles)
    .innerJoin(
      roles,
      and(eq(roles.organizationId, requesterRoles.organizationId), eq(roles.id, requesterRoles.roleId)),
    )
    .where(
      and(
        eq(requesterRoles.organizationId, organizationId),
        inArray(requesterRoles.projectId, [...projectIds]),
      ),
    )
    .orderBy(asc(roles.name));
  return grouped(rows, ({ projectId, name }) => [projectId, name]);
}

export type ListedIntegration = {
  id: string;
  slug: string;
  name: string;
  deployer: string;
  compareUrl: string | null;
};

const integration = {
  id: integrations.id,
  slug: integrations.slug,
  name: integrations.name,
  deployer: integrations.deployer,
  compareUrl: integrations.compareUrl,
};

/** The integrations of these projects that are not archived, by slug. */
export async function integrationsOf(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, ListedIntegration[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ projectId: integrations.projectId, ...integration })
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, organizationId),
        inArray(integrations.projectId, [...projectIds]),
        isNull(integrations.archivedAt),
      ),
    )
    .orderBy(asc(integrations.slug));
  return grouped(rows, ({ projectId, ...one }) => [projectId, one]);
}

/** A page of a project's integrations that are not archived, by slug. */
export async function pageOfIntegrations(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  asked: { after: string | null; limit: number },
): Promise<ListedIntegration[]> {
  return db
    .select(integration)
    .from(integrations)
    .where(
      and(
        eq(integrations.organizationId, organizationId),
        eq(integrations.projectId, projectId),
        isNull(integrations.archivedAt),
        asked.after === null ? undefined : gt(integrations.slug, asked.after),
      ),
    )
    .orderBy(asc(integrations.slug))
    .limit(asked.limit);
}

function grouped<Row, T>(rows: readonly Row[], pair: (row: Row) => [string, T]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const [key, value] = pair(row);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return groups;
}
