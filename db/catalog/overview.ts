import { and, asc, eq, inArray, isNull, sql } from "drizzle-orm";
import type { DeploymentStatus } from "../../src/domain/deployments/deployment.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { builds, deployments, integrations, liveBuilds, projects } from "../schema/index.ts";

/** Projects whose name or slug contains every word that was typed, by name. */
export async function searchProjects(
  db: Db | Tx,
  organizationId: string,
  typed: string,
  limit: number,
): Promise<{ id: string; name: string }[]> {
  const words = typed.split(/\s+/).filter((word) => word !== "");
  const text = sql`${projects.slug} || ' ' || ${projects.name}`;
  return db
    .select({ id: projects.id, name: projects.name })
    .from(projects)
    .where(
      and(
        eq(projects.organizationId, organizationId),
        isNull(projects.archivedAt),
        ...words.map((word) => sql`strpos(lower(${text}), lower(${word})) > 0`),
      ),
    )
    .orderBy(asc(projects.name), asc(projects.id))
    .limit(limit);
}

/** A project that is not archived: this one, or else the first by name. */
export async function findProject(
  db: Db | Tx,
  organizationId: string,
  projectId: string | null,
): Promise<{ id: string; name: string } | undefined> {
  const [row] = await db
    .select({ id: projects.id, name: projects.name })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), isNull(projects.archivedAt)))
    .orderBy(sql`(${projects.id} = ${projectId}::uuid) is true desc`, asc(projects.name), asc(projects.id))
    .limit(1);
  return row;
}

const listed = (organizationId: string, projectId: string) =>
  and(
    eq(integrations.organizationId, organizationId),
    eq(integrations.projectId, projectId),
    isNull(integrations.archivedAt),
  );

export function countIntegrations(db: Db | Tx, organizationId: string, projectId: string): Promise<number> {
  return db.$count(integrations, listed(organizationId, projectId));
}

/** A project's integrations that are not archived, by name. */
export async function pageIntegrations(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  offset: number,
  limit: number,
): Promise<{ id: string; name: string }[]> {
  return db
    .select({ id: integrations.id, name: integrations.name })
    .from(integrations)
    .where(listed(organizationId, projectId))
    .orderBy(asc(integrations.name), asc(integrations.id))
    .offset(offset)
    .limit(limit);
}

/** Integrations with their projects by id, archived ones too: history shows them. */
export async function findIntegrations(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, { id: string; slug: string; name: string; project: ProjectName }>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select({
      id: integrations.id,
      slug: integrations.slug,
      name: integrations.name,
      project: { id: projects.id, slug: projects.slug, name: projects.name },
    })
    .from(integrations)
    .innerJoin(
      projects,
      and(eq(projects.organizationId, integrations.organizationId), eq(projects.id, integrations.projectId)),
    )
    .where(and(eq(integrations.organizationId, organizationId), inArray(integrations.id, [...new Set(ids)])));
  return new Map(rows.map((row) => [row.id, row]));
}

type ProjectName = { id: string; slug: string; name: string };

/** A build in an environment, and the deployment that brought it or tries to. */
export type Placed = {
  integrationId: string;
  environmentId: string;
  buildId: string;
  deploymentId: string;
  version: string;
  commit: string | null;
  link: string | null;
  author: string | null;
  startedBy: Actor;
  since: Date;
  status: DeploymentStatus;
  /** Whether it came there past the gate. */
  outside: boolean;
};

const build = {
  version: builds.version,
  commit: builds.commit,
  link: builds.link,
  author: builds.author,
};

/** What is live of these integrations, anywhere. */
export async function listLive(
  db: Db | Tx,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<Placed[]> {
  if (integrationIds.length === 0) return [];
  return db
    .select({
      integrationId: liveBuilds.integrationId,
      environmentId: liveBuilds.environmentId,
      buildId: liveBuilds.buildId,
      deploymentId: liveBuilds.deploymentId,
      ...build,
      startedBy: deployments.startedBy,
      since: liveBuilds.since,
      status: deployments.status,
      outside: deployments.outside,
    })
    .from(liveBuilds)
    .innerJoin(
      builds,
      and(eq(builds.organizationId, liveBuilds.organizationId), eq(builds.id, liveBuilds.buildId)),
    )
    .innerJoin(
      deployments,
      and(
        eq(deployments.organizationId, liveBuilds.organizationId),
        eq(deployments.id, liveBuilds.deploymentId),
      ),
    )
    .where(
      and(
        eq(liveBuilds.organizationId, organizationId),
        inArray(liveBuilds.integrationId, [...integrationIds]),
      ),
    );
}

/** The newest attempt of each of these integrations in each of these environments, where there was one. */
export async function listLatest(
  db: Db | Tx,
  organizationId: string,
  integrationIds: readonly string[],
  environmentIds: readonly string[],
): Promise<Pick<Placed, "integrationId" | "environmentId" | "deploymentId" | "version" | "status">[]> {
  if (integrationIds.length === 0 || environmentIds.length === 0) return [];
  const array = (values: readonly string[]) => sql`${`{${values.join(",")}}`}::uuid[]`;
  const rows = await db.execute<{
    integration_id: string;
    environment_id: string;
    id: string;
    version: string;
    status: DeploymentStatus;
  }>(sql`
    select i.id as integration_id, e.id as environment_id, d.id, b.version, d.status
    from unnest(${array(integrationIds)}) as i(id) cross join unnest(${array(environmentIds)}) as e(id)
    cross join lateral (
      select * from deployments
      where organization_id = ${organizationId} and integration_id = i.id and environment_id = e.id
      order by sequence desc limit 1
    ) d
    join builds b on b.organization_id = d.organization_id and b.id = d.build_id`);
  return rows.map((row) => ({
    integrationId: row.integration_id,
    environmentId: row.environment_id,
    deploymentId: row.id,
    version: row.version,
    status: row.status,
  }));
}
