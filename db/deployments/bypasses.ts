import { and, eq, sql } from "drizzle-orm";
import type { DeploymentStatus } from "../../src/domain/deployments/deployment.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { deployments, liveBuilds } from "../schema/index.ts";

/** A deployment that was begun and is reported by somebody else than us. */
export type ReportedDeployment = {
  organizationId: string;
  id: string;
  integrationId: string;
  environmentId: string;
  buildId: string;
  /** Its id where it was begun. */
  externalId: string;
  outside: boolean;
  startedBy: Actor;
  startedAt: Date;
};

/** Takes one in, in progress. @returns false where one of this integration and environment has its id already */
export async function insert(tx: Tx, deployment: ReportedDeployment): Promise<boolean> {
  const rows = await tx
    .insert(deployments)
    .values({ ...deployment, status: "in progress" })
    .onConflictDoNothing()
    .returning({ id: deployments.id });
  return rows.length > 0;
}

const inPlace = (organizationId: string, place: { integrationId: string; environmentId: string }) =>
  and(
    eq(deployments.organizationId, organizationId),
    eq(deployments.integrationId, place.integrationId),
    eq(deployments.environmentId, place.environmentId),
  );

export type FoundDeployment = ReportedDeployment & {
  status: DeploymentStatus;
  reason: string | null;
  link: string | null;
  finishedAt: Date | null;
};

/** The one that has this id where it was begun. */
export async function findByExternalId(
  tx: Tx,
  organizationId: string,
  place: { integrationId: string; environmentId: string },
  externalId: string,
): Promise<FoundDeployment | undefined> {
  const [row] = await tx
    .select()
    .from(deployments)
    .where(and(inPlace(organizationId, place), eq(deployments.externalId, externalId)));
  return row && { ...row, externalId };
}

/** What is live in an environment, by which deployment, and whether it came there outside approval. */
export async function findLive(
  tx: Tx,
  organizationId: string,
  place: { integrationId: string; environmentId: string },
): Promise<{ buildId: string; deploymentId: string; outside: boolean } | undefined> {
  const [row] = await tx
    .select({
      buildId: liveBuilds.buildId,
      deploymentId: liveBuilds.deploymentId,
      outside: deployments.outside,
    })
    .from(liveBuilds)
    .innerJoin(deployments, theirDeployments)
    .where(
      and(
        eq(liveBuilds.organizationId, organizationId),
        eq(liveBuilds.integrationId, place.integrationId),
        eq(liveBuilds.environmentId, place.environmentId),
      ),
    );
  return row;
}

const theirDeployments = and(
  eq(deployments.organizationId, liveBuilds.organizationId),
  eq(deployments.id, liveBuilds.deploymentId),
);

export type Outside = {
  id: string;
  project: string;
  integration: string;
  environment: string;
  version: string;
  status: DeploymentStatus;
  /** Whether what is live there now came by it. */
  live: boolean;
  startedBy: Actor;
  startedAt: Date;
};

/** The ids of what came, or is coming, past the gate and matters now: it is live, or in progress. */
export async function listIds(db: Db | Tx, organizationId: string): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    select d.id from live_builds l
    join deployments d on d.organization_id = l.organization_id and d.id = l.deployment_id
    where l.organization_id = ${organizationId} and d.outside
    union
    select d.id from deployments d
    where d.organization_id = ${organizationId} and d.status = 'in progress' and d.outside`);
  return rows.map(({ id }) => id);
}

type Row = Omit<Outside, "startedBy" | "startedAt"> & { started_by: Actor; started_ms: number };

/** Those of these deployments that went past the gate, as they stand now. The newest first. */
export async function findMany(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Outside[]> {
  if (ids.length === 0) return [];
  const rows = await db.execute<Row>(sql`
    select d.id, p.name as project, i.name as integration, e.name as environment, b.version, d.status,
      l.deployment_id is not null as live,
      d.started_by, (extract(epoch from d.started_at) * 1000)::float8 as started_ms
    from deployments d
    join integrations i on i.organization_id = d.organization_id and i.id = d.integration_id
    join projects p on p.organization_id = i.organization_id and p.id = i.project_id
    join environments e on e.organization_id = d.organization_id and e.id = d.environment_id
    join builds b on b.organization_id = d.organization_id and b.id = d.build_id
    left join live_builds l on l.organization_id = d.organization_id and l.integration_id = d.integration_id
      and l.environment_id = d.environment_id and l.deployment_id = d.id
    where d.organization_id = ${organizationId} and d.outside
      and d.id in (select jsonb_array_elements_text(${JSON.stringify(ids)}::jsonb)::uuid)
    order by d.sequence desc`);
  return rows.map(({ started_by: startedBy, started_ms: startedMs, ...row }) => {
    return { ...row, startedBy, startedAt: new Date(startedMs) };
  });
}
