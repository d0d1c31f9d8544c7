import { and, asc, eq, inArray, isNull, or, sql } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { environments, integrations, projects, requesterRoles } from "../schema/index.ts";

export type Project = { id: string; slug: string; name: string; requesterRoleIds: string[] };
export type Integration = { id: string; slug: string; name: string; deployer: string };

/** An integration with its project and that project's pipeline, in order. */
export type IntegrationInPipeline = {
  project: Project;
  integration: Integration;
  environments: Environment[];
  archived: "project" | "integration" | null;
};

export async function findIntegration(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
): Promise<IntegrationInPipeline | undefined> {
  const [row] = await db
    .select({ project: projects, integration: integrations })
    .from(integrations)
    .innerJoin(
      projects,
      and(eq(projects.organizationId, integrations.organizationId), eq(projects.id, integrations.projectId)),
    )
    .where(and(eq(integrations.organizationId, organizationId), eq(integrations.id, integrationId)));
  if (row === undefined) return undefined;
  const { project, integration } = row;
  const [pipeline, roleIds] = [
    await listEnvironments(db, organizationId, project.id),
    await db
      .select({ id: requesterRoles.roleId })
      .from(requesterRoles)
      .where(
        and(eq(requesterRoles.organizationId, organizationId), eq(requesterRoles.projectId, project.id)),
      ),
  ];
  return {
    project: {
      id: project.id,
      slug: project.slug,
      name: project.name,
      requesterRoleIds: roleIds.map((role) => role.id),
    },
    integration: {
      id: integration.id,
      slug: integration.slug,
      name: integration.name,
      deployer: integration.deployer,
    },
    environments: pipeline,
    archived: project.archivedAt ? "project" : integration.archivedAt ? "integration" : null,
  };
}

/** What carries out an integration's promotions now. */
export async function findDeployer(db: Db | Tx, organizationId: string, id: string): Promise<string> {
  const [row] = await db
    .select({ deployer: integrations.deployer })
    .from(integrations)
    .where(and(eq(integrations.organizationId, organizationId), eq(integrations.id, id)));
  if (row === undefined) throw new Error(`There is no integration ${id}`);
  return row.deployer;
}

/**
 * Keeps the project of an integration as it is until the transaction ends: its pipeline, and that neither is archived.
 * Whoever only holds it does not wait for others who hold it.
 */
export async function shareLockProject(tx: Tx, organizationId: string, integrationId: string): Promise<void> {
  await tx
    .select({ id: projects.id })
    .from(projects)
    .innerJoin(integrations, inTheirProjects)
    .where(and(eq(integrations.organizationId, organizationId), eq(integrations.id, integrationId)))
    .for("key share", { of: projects });
}

/** A project's pipeline in order, without archived environments. */
export async function listEnvironments(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<Environment[]> {
  return db
    .select({
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
        eq(environments.projectId, projectId),
        isNull(environments.archivedAt),
      ),
    )
    .orderBy(asc(environments.position), asc(environments.slug));
}

/** Environments by id, archived ones too: history shows them. */
export async function findEnvironments(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, Environment>> {
  const rows = await db
    .select({
      id: environments.id,
      name: environments.name,
      slug: environments.slug,
      position: environments.position,
      critical: environments.critical,
    })
    .from(environments)
    .where(and(eq(environments.organizationId, organizationId), inArray(environments.id, [...ids])));
  return new Map(rows.map((row) => [row.id, row]));
}

export type IntegrationChoice = {
  id: string;
  slug: string;
  name: string;
  projectSlug: string;
  projectName: string;
};

const choice = {
  id: integrations.id,
  slug: integrations.slug,
  name: integrations.name,
  projectSlug: projects.slug,
  projectName: projects.name,
};

const inTheirProjects = and(
  eq(projects.organizationId, integrations.organizationId),
  eq(projects.id, integrations.projectId),
);

/**
 * Integrations whose name or slug, or whose project's, contains every word that was typed; by project and name.
 *
 * @param limit at most this many
 * @param projectId only of this project
 */
export async function searchIntegrations(
  db: Db | Tx,
  organizationId: string,
  typed: string,
  limit: number,
  projectId?: string,
): Promise<IntegrationChoice[]> {
  const words = dropUnstorable(typed)
    .split(/[\s/]+/)
    .filter((word) => word !== "");
  const text = sql`${projects.slug} || ' ' || ${projects.name} || ' ' || ${integrations.slug} || ' ' || ${integrations.name}`;
  const contains = words.map((word) => sql`strpos(lower(${text}), lower(${word})) > 0`);
  return db
    .select(choice)
    .from(integrations)
    .innerJoin(projects, inTheirProjects)
    .where(
      and(
        offered(organizationId),
        projectId === undefined ? undefined : eq(integrations.projectId, projectId),
        ...contains,
      ),
    )
    .orderBy(projects.name, integrations.name, integrations.id)
    .limit(limit);
}

/** Integrations that can be chosen: neither they nor their projects are archived. */
const offered = (organizationId: string) =>
  and(
    eq(integrations.organizationId, organizationId),
    isNull(integrations.archivedAt),
    isNull(projects.archivedAt),
  );

/** Postgres takes no text that holds a NUL. */
function dropUnstorable(text: string): string {
  return text.replaceAll("\0", " ");
}

/** Integrations called exactly so, by slug or name, in one project or in any; letters' case does not matter. */
export async function findByName(
  db: Db | Tx,
  organizationId: string,
  project: string | null,
  integration: string,
): Promise<IntegrationChoice[]> {
  const called = (slug: unknown, name: unknown, wanted: string) =>
    or(
      sql`lower(${slug}) = lower(${dropUnstorable(wanted)})`,
      sql`lower(${name}) = lower(${dropUnstorable(wanted)})`,
    );
  return db
    .select(choice)
    .from(integrations)
    .innerJoin(projects, inTheirProjects)
    .where(
      and(
        offered(organizationId),
        called(integrations.slug, integrations.name, integration),
        project === null ? undefined : called(projects.slug, projects.name, project),
      ),
    )
    .orderBy(projects.name, integrations.name, integrations.id)
    .limit(100);
}
