import { and, desc, eq, inArray, isNull, sql } from "drizzle-orm";
import {
  type DeploymentStatus,
  handOverMinutes,
  pipelineSilenceMinutes,
} from "../../src/domain/deployments/deployment.ts";
import type { Situation } from "../../src/domain/requests/drift.ts";
import type { Actor } from "../../src/domain/shared/actor.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { builds, deployments, liveBuilds } from "../schema/index.ts";
import { selectUnknownAttempt } from "./unknown-attempts.ts";

export type Deployment = {
  organizationId: string;
  id: string;
  sequence: number;
  integrationId: string;
  environmentId: string;
  buildId: string;
  requestNumber: number | null;
  /** Whether it bypassed the gate. */
  outside: boolean;
  status: DeploymentStatus;
  reason: string | null;
  link: string | null;
  startedBy: Actor;
  startedAt: Date;
  finishedAt: Date | null;
  /** When its deployer accepted it or first reported on it. */
  acceptedAt: Date | null;
  /** When it ends as unknown unless its deployer reports on it. */
  reportBy: Date | null;
  /** The deployer that was chosen when it began; null if an earlier version started it, or Signoff did not. */
  deployer: string | null;
  /** Why its deployer was not reached at the last try, while it is tried again. */
  retryReason: string | null;
};

/** What a report may change. */
type ReportedChanges = Pick<Deployment, "status" | "reason" | "link" | "finishedAt"> &
  Partial<Pick<Deployment, "acceptedAt" | "reportBy" | "outside">>;

/** Every attempt has a limit from its beginning (R11). */
export type NewDeployment = Omit<Deployment, "sequence" | "retryReason" | keyof ReportedChanges> & {
  reportBy: Date;
};

/** Inserts an attempt as in progress. */
export async function begin(tx: Tx, deployment: NewDeployment): Promise<void> {
  await tx.insert(deployments).values({ ...deployment, status: "in progress" });
}

export async function find(db: Db | Tx, organizationId: string, id: string): Promise<Deployment | undefined> {
  const [row] = await db
    .select()
    .from(deployments)
    .where(and(eq(deployments.organizationId, organizationId), eq(deployments.id, id)));
  return row;
}

/** Locks an attempt until the transaction ends, and returns it. */
export async function lock(tx: Tx, organizationId: string, id: string): Promise<Deployment | undefined> {
  const [row] = await tx
    .select()
    .from(deployments)
    .where(and(eq(deployments.organizationId, organizationId), eq(deployments.id, id)))
    .for("update");
  return row;
}

/** Stores what a report changes. A deployer that reports is reached, so the reason of the last try goes. */
export async function report(
  tx: Tx,
  deployment: Pick<Deployment, "organizationId" | "id">,
  change: ReportedChanges,
): Promise<void> {
  await tx
    .update(deployments)
    .set({ ...change, retryReason: null })
    .where(and(eq(deployments.organizationId, deployment.organizationId), eq(deployments.id, deployment.id)));
}

/** Stores the deployer of an attempt that an earlier version began without it. */
export async function keepDeployer(
  db: Db | Tx,
  { organizationId, id }: Pick<Deployment, "organizationId" | "id">,
  deployer: string,
): Promise<void> {
  await db
    .update(deployments)
    .set({ deployer })
    .where(
      and(
        eq(deployments.organizationId, organizationId),
        eq(deployments.id, id),
        isNull(deployments.deployer),
      ),
    );
}

/** Stores why the deployer of an attempt was not reached at the last try. */
export async function saveRetryReason(
  tx: Tx,
  { organizationId, id }: Pick<Deployment, "organizationId" | "id">,
  retryReason: string,
): Promise<void> {
  await tx
    .update(deployments)
    .set({ retryReason })
    .where(and(eq(deployments.organizationId, organizationId), eq(deployments.id, id)));
}

/** As `deadlineOf` in the domain. */
const deadline = sql`coalesce(${deployments.reportBy}, ${deployments.startedAt} + interval '1 minute'
  * case when ${deployments.requestNumber} is null then ${pipelineSilenceMinutes}::int else ${handOverMinutes}::int end)`;

/** Returns attempts of all organizations in progress whose report is overdue, the longest overdue first. */
export async function listSilent(
  db: Db | Tx,
  now: Date,
  limit: number,
): Promise<{ organizationId: string; id: string }[]> {
  return db
    .select({ organizationId: deployments.organizationId, id: deployments.id })
    .from(deployments)
    .where(and(eq(deployments.status, "in progress"), sql`${deadline} <= ${now.toISOString()}::timestamptz`))
    .orderBy(deadline)
    .limit(limit);
}

const liveIn = ({ organizationId, integrationId, environmentId }: Omit<Location, "buildId">) =>
  and(
    eq(liveBuilds.organizationId, organizationId),
    eq(liveBuilds.integrationId, integrationId),
    eq(liveBuilds.environmentId, environmentId),
  );

type Location = Pick<Deployment, "organizationId" | "integrationId" | "environmentId" | "buildId">;

/** Locks what is live of an integration in an environment, if anything is, until the transaction ends. */
export async function lockLive(tx: Tx, location: Omit<Location, "buildId">): Promise<void> {
  await tx
    .select({ id: liveBuilds.deploymentId })
    .from(liveBuilds)
    .where(liveIn(location))
    .for("no key update");
}

/** Makes a build live unless an attempt that started later has made another one live. Returns whether it did. */
export async function makeLive(tx: Tx, deployment: Deployment, since: Date): Promise<boolean> {
  const { organizationId, integrationId, environmentId, buildId, id: deploymentId, sequence } = deployment;
  const pointer = { buildId, deploymentId, sequence, since };
  const inserted = await tx
    .insert(liveBuilds)
    .values({ organizationId, integrationId, environmentId, ...pointer })
    .onConflictDoNothing()
    .returning({ id: liveBuilds.deploymentId });
  if (inserted.length > 0) return true;
  // A statement sees only what was committed before it began, so the row is locked before it is compared.
  await lockLive(tx, deployment);
  const moved = await tx
    .update(liveBuilds)
    .set(pointer)
    .where(
      and(
        liveIn(deployment),
        sql`(select (d.started_at, d.sequence) from ${deployments} d
          where d.organization_id = ${organizationId} and d.id = ${liveBuilds.deploymentId})
          < (select (d.started_at, d.sequence) from ${deployments} d
          where d.organization_id = ${organizationId} and d.id = ${deploymentId}::uuid)`,
      ),
    )
    .returning({ id: liveBuilds.deploymentId });
  return moved.length > 0;
}

/** Returns whether a deployment of this build to this environment ever succeeded. */
export async function wasDeployed(
  db: Db | Tx,
  organizationId: string,
  deployed: Pick<Deployment, "integrationId" | "environmentId" | "buildId">,
): Promise<boolean> {
  const [row] = await db
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.organizationId, organizationId),
        eq(deployments.integrationId, deployed.integrationId),
        eq(deployments.environmentId, deployed.environmentId),
        eq(deployments.buildId, deployed.buildId),
        eq(deployments.status, "succeeded"),
      ),
    )
    .limit(1);
  return row !== undefined;
}

export type LiveBuild = {
  environmentId: string;
  buildId: string;
  deploymentId: string;
  version: string;
  since: Date;
};

/** Returns what is live of an integration by environment ID, in these environments or in all. */
export async function live(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  environmentIds?: readonly string[],
): Promise<Map<string, LiveBuild>> {
  const rows = await db
    .select({
      environmentId: liveBuilds.environmentId,
      buildId: liveBuilds.buildId,
      deploymentId: liveBuilds.deploymentId,
      version: builds.version,
      since: liveBuilds.since,
    })
    .from(liveBuilds)
    .innerJoin(
      builds,
      and(eq(builds.organizationId, liveBuilds.organizationId), eq(builds.id, liveBuilds.buildId)),
    )
    .where(
      and(
        eq(liveBuilds.organizationId, organizationId),
        eq(liveBuilds.integrationId, integrationId),
        environmentIds === undefined ? undefined : inArray(liveBuilds.environmentId, [...environmentIds]),
      ),
    );
  return new Map(rows.map((row) => [row.environmentId, row]));
}

/** Returns what a promotion is checked against (R9): what is live in its source and target, and a deployment that runs or may run. */
export async function findSituation(
  tx: Db | Tx,
  organizationId: string,
  step: { integrationId: string; sourceId: string; targetId: string },
): Promise<Situation> {
  const pointers = await live(tx, organizationId, step.integrationId, [step.sourceId, step.targetId]);
  const [running] = await tx
    .select({ id: deployments.id })
    .from(deployments)
    .where(
      and(
        eq(deployments.organizationId, organizationId),
        eq(deployments.integrationId, step.integrationId),
        eq(deployments.environmentId, step.targetId),
        eq(deployments.status, "in progress"),
      ),
    )
    .orderBy(desc(deployments.startedAt), desc(deployments.sequence))
    .limit(1);
  const target = { integrationId: step.integrationId, environmentId: step.targetId };
  const [unknown] = await tx.execute<{ id: string }>(selectUnknownAttempt(organizationId, target));
  return {
    sourceBuildId: pointers.get(step.sourceId)?.buildId ?? null,
    targetBuildId: pointers.get(step.targetId)?.buildId ?? null,
    runningDeploymentId: running?.id ?? null,
    unknownDeploymentId: unknown?.id ?? null,
  };
}
