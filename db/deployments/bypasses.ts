import { and, desc, eq, lte, sql } from "drizzle-orm";
import type { DeploymentStatus } from "../../src/domain/deployments/deployment.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { deployments, liveBuilds } from "../schema/index.ts";

/** A deployment that somebody other than Signoff started and reports. */
export type ReportedDeployment = {
  organizationId: string;
  id: string;
  integrationId: string;
  environmentId: string;
  buildId: string;
  /** Its ID in the system that started it. */
  externalId: string;
  outside: boolean;
  startedBy: Actor;
  startedAt: Date;
};

/** Inserts a reported deployment as in progress. Returns false if its integration and environment have its external ID already. */
export async function insert(tx: Tx, deployment: ReportedDeployment & { reportBy: Date }): Promise<boolean> {
  const rows = await tx
    .insert(deployments)
    .values({ ...deployment, status: "in progress" })
    .onConflictDoNothing()
    .returning({ id: deployments.id });
  return rows.length > 0;
}

const ofTarget = (organizationId: string, target: { integrationId: string; environmentId: string }) =>
  and(
    eq(deployments.organizationId, organizationId),
    eq(deployments.integrationId, target.integrationId),
    eq(deployments.environmentId, target.environmentId),
  );

export type FoundDeployment = ReportedDeployment & {
  status: DeploymentStatus;
  reason: string | null;
  link: string | null;
  finishedAt: Date | null;
};

/** Returns the deployment with this external ID. */
export async function findByExternalId(
  tx: Tx,
  organizationId: string,
  target: { integrationId: string; environmentId: string },
  externalId: string,
): Promise<FoundDeployment | undefined> {
  const [row] = await tx
    .select()
    .from(deployments)
    .where(and(ofTarget(organizationId, target), eq(deployments.externalId, externalId)));
  return row && { ...row, externalId };
}

/** What is live, the deployment that made it live, when that started, and whether it bypassed the gate. */
type Live = {
  buildId: string;
  deploymentId: string;
  outside: boolean;
  startedAt: Date;
  sequence: number;
};

/** Returns what is live in an environment. */
export async function findLive(
  tx: Tx,
  organizationId: string,
  target: { integrationId: string; environmentId: string },
): Promise<Live | undefined> {
  const [row] = await tx
    .select({
      buildId: liveBuilds.buildId,
      deploymentId: liveBuilds.deploymentId,
      outside: deployments.outside,
      startedAt: deployments.startedAt,
      sequence: deployments.sequence,
    })
    .from(liveBuilds)
    .innerJoin(deployments, ownDeployment)
    .where(
      and(
        eq(liveBuilds.organizationId, organizationId),
        eq(liveBuilds.integrationId, target.integrationId),
        eq(liveBuilds.environmentId, target.environmentId),
      ),
    );
  return row;
}

const ownDeployment = and(
  eq(deployments.organizationId, liveBuilds.organizationId),
  eq(deployments.id, liveBuilds.deploymentId),
);

/** Returns what was live in an environment at a time: of the deployments that had succeeded by then, the last one started. */
export async function findLiveAt(
  tx: Tx,
  organizationId: string,
  target: { integrationId: string; environmentId: string },
  at: Date,
): Promise<{ buildId: string; outside: boolean } | undefined> {
  const [row] = await tx
    .select({ buildId: deployments.buildId, outside: deployments.outside })
    .from(deployments)
    .where(
      and(
        ofTarget(organizationId, target),
        eq(deployments.status, "succeeded"),
        lte(deployments.finishedAt, at),
      ),
    )
    .orderBy(desc(deployments.startedAt), desc(deployments.sequence))
    .limit(1);
  return row;
}

/** A deployment that bypassed the gate. */
export type Bypass = {
  id: string;
  project: string;
  integration: string;
  environment: string;
  version: string;
  status: DeploymentStatus;
  /** Whether it made live what is live there now. */
  live: boolean;
  startedBy: Actor;
  startedAt: Date;
};

/** Returns the IDs of deployments that bypassed the gate and are live or in progress. */
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

type Row = Omit<Bypass, "startedBy" | "startedAt"> & { started_by: Actor; started_ms: number };

/** Returns the deployments among these that bypassed the gate, the newest first. */
export async function findMany(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Bypass[]> {
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
    order by d.started_at desc, d.sequence desc`);
  return rows.map(({ started_by: startedBy, started_ms: startedMs, ...row }) => {
    return { ...row, startedBy, startedAt: new Date(startedMs) };
  });
}
