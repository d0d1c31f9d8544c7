import { and, asc, eq, inArray, isNull, notInArray } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { environments } from "../schema/index.ts";
import { groupRows } from "./group-rows.ts";

const columns = {
  id: environments.id,
  name: environments.name,
  slug: environments.slug,
  position: environments.position,
  critical: environments.critical,
};

const inProject = (organizationId: string, projectId: string) =>
  and(eq(environments.organizationId, organizationId), eq(environments.projectId, projectId));

/** Returns a project's pipeline in order, without archived environments. */
export async function listEnvironments(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
): Promise<Environment[]> {
  return db
    .select(columns)
    .from(environments)
    .where(and(inProject(organizationId, projectId), isNull(environments.archivedAt)))
    .orderBy(asc(environments.position), asc(environments.slug));
}

/** Returns every environment of a project, including archived ones, in no particular order. */
export async function listAllEnvironments(
  tx: Tx,
  organizationId: string,
  projectId: string,
): Promise<(Environment & { archived: boolean })[]> {
  const rows = await tx
    .select({ ...columns, archivedAt: environments.archivedAt })
    .from(environments)
    .where(inProject(organizationId, projectId));
  return rows.map(({ archivedAt, ...environment }) => ({ ...environment, archived: archivedAt !== null }));
}

/** Returns the pipelines of these projects by project ID, each in order and without archived environments. */
export async function listPipelines(
  db: Db | Tx,
  organizationId: string,
  projectIds: readonly string[],
): Promise<Map<string, Environment[]>> {
  if (projectIds.length === 0) return new Map();
  const rows = await db
    .select({ projectId: environments.projectId, ...columns })
    .from(environments)
    .where(
      and(
        eq(environments.organizationId, organizationId),
        inArray(environments.projectId, [...projectIds]),
        isNull(environments.archivedAt),
      ),
    )
    .orderBy(asc(environments.position), asc(environments.slug));
  return groupRows(rows, ({ projectId, ...environment }) => [projectId, environment]);
}

/** Returns these environments by ID, including archived ones, because past requests show them. */
export async function findEnvironments(
  db: Db | Tx,
  organizationId: string,
  ids: readonly string[],
): Promise<Map<string, Environment>> {
  const rows = await db
    .select(columns)
    .from(environments)
    .where(and(eq(environments.organizationId, organizationId), inArray(environments.id, [...ids])));
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * Inserts an environment, or overwrites the one with its ID.
 *
 * @param archivedAt null restores an archived environment
 */
export async function upsertEnvironment(
  tx: Tx,
  organizationId: string,
  projectId: string,
  environment: Environment,
  archivedAt: Date | null = null,
): Promise<void> {
  const { id, name, slug, position, critical } = environment;
  const changes = { name, slug, position, critical, archivedAt };
  await tx
    .insert(environments)
    .values({ organizationId, projectId, id, ...changes })
    .onConflictDoUpdate({ target: [environments.organizationId, environments.id], set: changes });
}

/**
 * Inserts an environment. If the project has its slug, overwrites that environment and restores it if it is archived.
 *
 * @returns the ID of the stored environment, which is not the given one if the slug existed
 */
export async function upsertEnvironmentBySlug(
  tx: Tx,
  environment: Environment & { organizationId: string; projectId: string },
): Promise<string> {
  const { name, position, critical } = environment;
  const [row] = await tx
    .insert(environments)
    .values(environment)
    .onConflictDoUpdate({
      target: [environments.organizationId, environments.projectId, environments.slug],
      set: { name, position, critical, archivedAt: null },
    })
    .returning({ id: environments.id });
  if (row === undefined) throw new Error(`Could not store the environment ${environment.slug}`);
  return row.id;
}

/** Archives the environments of a project except these. */
export async function archiveOtherEnvironments(
  tx: Tx,
  organizationId: string,
  projectId: string,
  exceptIds: readonly string[],
  archivedAt: Date,
): Promise<void> {
  await tx
    .update(environments)
    .set({ archivedAt })
    .where(
      and(
        inProject(organizationId, projectId),
        notInArray(environments.id, [...exceptIds]),
        isNull(environments.archivedAt),
      ),
    );
}
