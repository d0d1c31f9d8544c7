import { and, desc, eq, getTableColumns, inArray, sql } from "drizzle-orm";
import { versionKey } from "../../src/domain/deployments/build-identity.ts";
import type { Commit } from "../../src/domain/requests/comparison.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { versionKeyOf } from "../schema/catalog.ts";
import { builds } from "../schema/index.ts";

export type Build = {
  id: string;
  integrationId: string;
  externalId: string;
  version: string;
  digest: string | null;
  commit: string | null;
  link: string | null;
  author: string | null;
  /** When it was built, which orders builds. */
  createdAt: Date;
  /** When it was registered; null or missing if that is `createdAt`. */
  registeredAt?: Date | null;
};

const { commits: _, organizationId: __, ...rest } = getTableColumns(builds);

/** All columns except the commits, which may be many and which only a comparison reads. */
export const columns = rest;

/** Inserts a build unless one with its external ID exists. Returns our ID of the stored build. */
export async function register(
  tx: Tx,
  build: Build & { organizationId: string; commits?: Commit[] | null },
): Promise<string> {
  const [row] = await tx
    .insert(builds)
    .values(build)
    .onConflictDoUpdate({
      target: [builds.organizationId, builds.integrationId, builds.externalId],
      set: { externalId: sql`excluded.external_id` },
    })
    .returning({ id: builds.id });
  if (row === undefined) throw new Error(`Could not store the build ${build.externalId}`);
  return row.id;
}

/** Returns these builds by our ID, without those that don't exist. */
export async function findMany(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, Build>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .select(columns)
    .from(builds)
    .where(and(eq(builds.organizationId, organizationId), inArray(builds.id, [...new Set(ids)])));
  return new Map(rows.map((row) => [row.id, row]));
}

/** Returns the builds of an integration with this version, with or without its leading "v", the newest first. */
export async function listOfVersion(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  version: string,
): Promise<Build[]> {
  return db
    .select(columns)
    .from(builds)
    .where(
      and(
        eq(builds.organizationId, organizationId),
        eq(builds.integrationId, integrationId),
        sql`${versionKeyOf(builds.version)} = ${versionKey(version)}`,
      ),
    )
    .orderBy(desc(builds.createdAt), desc(builds.id));
}

/** Returns our ID of the build that has this ID where it was built. */
export async function findBuildId(
  db: Db | Tx,
  organizationId: string,
  integrationId: string,
  externalId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: builds.id })
    .from(builds)
    .where(
      and(
        eq(builds.organizationId, organizationId),
        eq(builds.integrationId, integrationId),
        eq(builds.externalId, externalId),
      ),
    );
  return row?.id;
}
