import { and, eq, inArray, sql } from "drizzle-orm";
import type { DeploymentStatus } from "../../src/domain/deployments/deployment.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { builds, deployments, liveBuilds } from "../schema/index.ts";

/** A build that is live in an environment, and the deployment that made it live. */
export type LiveDeployment = {
  integrationId: string;
  environmentId: string;
  buildId: string;
  deploymentId: string;
  externalId: string;
  version: string;
  commit: string | null;
  digest: string | null;
  link: string | null;
  author: string | null;
  startedBy: Actor;
  since: Date;
  status: DeploymentStatus;
  /** Whether the deployment bypassed the gate. */
  outside: boolean;
};

const buildColumns = {
  externalId: builds.externalId,
  version: builds.version,
  commit: builds.commit,
  digest: builds.digest,
  link: builds.link,
  author: builds.author,
};

/** Returns what is live of these integrations in any environment. */
export async function listLiveDeployments(
  db: Db | Tx,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<LiveDeployment[]> {
  if (integrationIds.length === 0) return [];
  return db
    .select({
      integrationId: liveBuilds.integrationId,
      environmentId: liveBuilds.environmentId,
      buildId: liveBuilds.buildId,
      deploymentId: liveBuilds.deploymentId,
      ...buildColumns,
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

/** The newest attempt to deploy an integration to an environment. */
export type LatestAttempt = Pick<
  LiveDeployment,
  "integrationId" | "environmentId" | "deploymentId" | "version" | "status"
>;

/** Returns the newest attempt of each of these integrations in each of these environments, if there was one. */
export async function listLatestAttempts(
  db: Db | Tx,
  organizationId: string,
  integrationIds: readonly string[],
  environmentIds: readonly string[],
): Promise<LatestAttempt[]> {
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
      order by started_at desc, sequence desc limit 1
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
