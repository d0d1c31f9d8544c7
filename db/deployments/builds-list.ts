import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import type { Commit } from "../schema/catalog.ts";
import { builds } from "../schema/index.ts";
import { type Build, columns } from "./builds.ts";

/** A build with its commits. */
export type FullBuild = Build & { commits: Commit[] | null };

/** Inserts a build. Returns false if one with its external ID exists. */
export async function insert(tx: Tx, build: FullBuild & { organizationId: string }): Promise<boolean> {
  const rows = await tx.insert(builds).values(build).onConflictDoNothing().returning({ id: builds.id });
  return rows.length > 0;
}

/** Returns the build with this external ID. */
export async function findByExternalId(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  externalId: string,
): Promise<FullBuild | undefined> {
  const [row] = await db
    .select()
    .from(builds)
    .where(and(ofIntegration(organizationId, integrationId), eq(builds.externalId, externalId)));
  return row;
}

/** Returns the builds with these external IDs, by external ID, without those that don't exist. */
export async function listByExternalIds(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  externalIds: readonly string[],
): Promise<Map<string, Build>> {
  if (externalIds.length === 0) return new Map();
  const rows = await db
    .select(columns)
    .from(builds)
    .where(and(ofIntegration(organizationId, integrationId), inArray(builds.externalId, [...externalIds])));
  return new Map(rows.map((row) => [row.externalId, row]));
}

const ofIntegration = (organizationId: string, integrationId: string) =>
  and(eq(builds.organizationId, organizationId), eq(builds.integrationId, integrationId));

/** Returns the IDs of an integration's newest builds, the newest first. */
export async function newestIds(
  tx: Tx,
  organizationId: string,
  integrationId: string,
  limit: number,
): Promise<string[]> {
  const rows = await tx
    .select({ id: builds.id })
    .from(builds)
    .where(ofIntegration(organizationId, integrationId))
    .orderBy(desc(builds.createdAt), desc(builds.id))
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** The last build of the previous page. */
export type BuildCursor = { createdAt: Date; id: string };

/** Returns a page of an integration's builds, the newest first, without their commits, which could fill the memory. */
export async function page(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  options: { after: BuildCursor | null; limit: number },
): Promise<Build[]> {
  const { after, limit } = options;
  return db
    .select(columns)
    .from(builds)
    .where(
      and(
        ofIntegration(organizationId, integrationId),
        after === null
          ? undefined
          : lt(
              sql`(${builds.createdAt}, ${builds.id})`,
              sql`(${after.createdAt.toISOString()}::timestamptz, ${after.id}::uuid)`,
            ),
      ),
    )
    .orderBy(desc(builds.createdAt), desc(builds.id))
    .limit(limit);
}
