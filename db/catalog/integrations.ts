import { and, asc, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { integrations, projects } from "../schema/index.ts";
import { listEnvironments } from "./environments.ts";
import { formerOwnerId, rememberSlug, type SlugSpace, withFormerSlugs } from "./former-slugs.ts";
import { listRequesterRoleIds } from "./requester-roles.ts";

/** An integration as it is stored, archived or not. */
export type IntegrationRow = typeof integrations.$inferSelect;

/** An integration, archived or not, with the slugs that it had before. */
export type KnownIntegration = IntegrationRow & { archived: boolean; formerSlugs: string[] };

export type Project = { id: string; slug: string; name: string; requesterRoleIds: string[] };
export type Integration = { id: string; slug: string; name: string; deployer: string };

/** An integration with its project and the project's pipeline, in order. */
export type IntegrationInPipeline = {
  project: Project;
  integration: Integration;
  environments: Environment[];
  /** What is archived; null if neither is. */
  archived: "project" | "integration" | null;
};

const withId = (organizationId: string, id: string) =>
  and(eq(integrations.organizationId, organizationId), eq(integrations.id, id));

const inProject = (organizationId: string, projectId: string) =>
  and(eq(integrations.organizationId, organizationId), eq(integrations.projectId, projectId));

const slugsOf = (organizationId: string, projectId: string): SlugSpace => ({
  ...{ organizationId, owner: "integration", projectId },
});

/** Joins integrations to their projects. */
export const ownProject = and(
  eq(projects.organizationId, integrations.organizationId),
  eq(projects.id, integrations.projectId),
);

/** Returns an integration with its project and pipeline, even if archived; undefined if there is none. */
export async function findIntegration(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
): Promise<IntegrationInPipeline | undefined> {
  const [row] = await db
    .select({ project: projects, integration: integrations })
    .from(integrations)
    .innerJoin(projects, ownProject)
    .where(withId(organizationId, integrationId));
  if (row === undefined) return undefined;
  const { project, integration } = row;
  const environments = await listEnvironments(db, organizationId, project.id);
  const requesterRoleIds = await listRequesterRoleIds(db, organizationId, project.id);
  return {
    project: { id: project.id, slug: project.slug, name: project.name, requesterRoleIds },
    integration: {
      id: integration.id,
      slug: integration.slug,
      name: integration.name,
      deployer: integration.deployer,
    },
    environments,
    archived: project.archivedAt ? "project" : integration.archivedAt ? "integration" : null,
  };
}

/** Returns the ID of the integration in a project that has this slug or had it before, archived or not. */
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
        inProject(organizationId, projectId),
        or(
          eq(integrations.slug, slug),
          inArray(integrations.id, formerOwnerId(db, slugsOf(organizationId, projectId), slug)),
        ),
      ),
    )
    .orderBy(desc(eq(integrations.slug, slug)))
    .limit(1);
  return row?.id;
}

/** Returns the current deployer of an integration, archived or not. Throws if there is none with this ID. */
export async function findDeployer(db: Db | Tx, organizationId: string, id: string): Promise<string> {
  const [row] = await db
    .select({ deployer: integrations.deployer })
    .from(integrations)
    .where(withId(organizationId, id));
  if (row === undefined) throw new Error(`There is no integration ${id}`);
  return row.deployer;
}

/** An integration and its project by their names. */
export type IntegrationNames = {
  id: string;
  slug: string;
  name: string;
  project: { id: string; slug: string; name: string };
};

/** Returns these integrations by ID, including archived ones, because past requests show them. */
export async function findIntegrations(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, IntegrationNames>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      id: integrations.id,
      slug: integrations.slug,
      name: integrations.name,
      project: { id: projects.id, slug: projects.slug, name: projects.name },
    })
    .from(integrations)
    .innerJoin(projects, ownProject)
    .where(and(eq(integrations.organizationId, organizationId), inArray(integrations.id, [...new Set(ids)])));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Returns the integrations of a project that are not archived, by name. */
export async function listIntegrations(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<IntegrationRow[]> {
  return db
    .select()
    .from(integrations)
    .where(and(inProject(organizationId, projectId), isNull(integrations.archivedAt)))
    .orderBy(asc(integrations.name), asc(integrations.id));
}

/** Returns every integration of a project, including archived ones, in no particular order. */
export async function listAllIntegrations(
  tx: Tx,
  organizationId: string,
  projectId: string,
): Promise<KnownIntegration[]> {
  const rows = await tx.select().from(integrations).where(inProject(organizationId, projectId));
  const known = rows.map((row) => ({ ...row, archived: row.archivedAt !== null }));
  return withFormerSlugs(tx, slugsOf(organizationId, projectId), known);
}

/**
 * Inserts an integration, or overwrites the one with its ID. `archivedAt` null restores an archived one. A former slug
 * keeps leading to it.
 */
export async function upsertIntegration(
  tx: Tx,
  { organizationId, id, projectId, slug, name, deployer, compareUrl, archivedAt }: IntegrationRow,
): Promise<void> {
  const columns = { projectId, slug, name, deployer, compareUrl, archivedAt };
  const [stored] = await tx
    .select({ from: integrations.slug })
    .from(integrations)
    .where(withId(organizationId, id));
  if (stored !== undefined)
    await rememberSlug(tx, slugsOf(organizationId, projectId), { id, ...stored, to: slug });
  await tx
    .insert(integrations)
    .values({ organizationId, id, ...columns })
    .onConflictDoUpdate({ target: [integrations.organizationId, integrations.id], set: columns });
}
