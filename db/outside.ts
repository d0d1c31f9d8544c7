import { and, eq, sql } from "drizzle-orm";
import type { Actor } from "../src/domain/actor.ts";
import type { DeploymentStatus } from "../src/domain/deployment.ts";
import type { Db, Tx } from "./connect.ts";
import { deployments, liveBuilds } from "./schema/index.ts";

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
  startedBy: Actor;
  startedAt: Date;
};

type Row = Omit<Outside, "startedBy" | "startedAt"> & { started_by: Actor; started_ms: number };

/** What came, or is coming, past the gate and matters now: it is live, or in progress. The newest first. */
export async function list(db: Db | Tx, organizationId: string): Promise<Outside[]> {
  const rows = await db.execute<Row>(sql`
    with past as (
      select d.* from live_builds l
      join deployments d on d.organization_id = l.organization_id and d.id = l.deployment_id
      where l.organization_id = ${organizationId} and d.outside
      union
      select d.* from deployments d
      where d.organization_id = ${organizationId} and d.status = 'in progress' and d.outside
    )
    select d.id, p.name as project, i.name as integration, e.name as environment, b.version, d.status,
      d.started_by, (extract(epoch from d.started_at) * 1000)::float8 as started_ms
    from past d
    join integrations i on i.organization_id = d.organization_id and i.id = d.integration_id
    join projects p on p.organization_id = i.organization_id and p.id = i.project_id
    join environments e on e.organization_id = d.organization_id and e.id = d.environment_id
    join builds b on b.organization_id = d.organization_id and b.id = d.build_id
    order by d.sequence desc`);
  return rows.map(({ started_by: startedBy, started_ms: startedMs, ...row }) => {
    return { ...row, startedBy, startedAt: new Date(startedMs) };
  });
}
