import { and, asc, desc, eq, inArray, isNull, or } from "drizzle-orm";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import type { StoredEnvironment } from "../../src/domain/catalog/plan-pipeline.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { environments } from "../schema/index.ts";
import { formerOwnerId, rememberSlug, type SlugSpace, withFormerSlugs } from "./former-slugs.ts";
import { groupRows } from "./group-rows.ts";

const columns = {
  id: environments.id,
  name: environments.name,
  slug: environments.slug,
  position: environments.position,
  critical: environments.critical,
};

const withId = (organizationId: string, id: string) =>
  and(eq(environments.organizationId, organizationId), eq(environments.id, id));

const inProject = (organizationId: string, projectId: string) =>
  and(eq(environments.organizationId, organizationId), eq(environments.projectId, projectId));

const slugsOf = (organizationId: string, projectId: string): SlugSpace => ({
  ...{ organizationId, owner: "environment", projectId },
});

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
): Promise<StoredEnvironment[]> {
  const rows = await tx
    .select({ ...columns, archivedAt: environments.archivedAt })
    .from(environments)
    .where(inProject(organizationId, projectId));
  const known = rows.map(({ archivedAt, ...environment }) => ({
    ...environment,
    archived: archivedAt !== null,
  }));
  return withFormerSlugs(tx, slugsOf(organizationId, projectId), known);
}

/** Returns the ID of the environment in a project's pipeline that has this slug or had it before. */
export async function findEnvironmentId(
  db: Db | Tx,
  organizationId: string,
  projectId: string,
  slug: string,
): Promise<string | undefined> {
  const former = formerOwnerId(db, slugsOf(organizationId, projectId), slug);
  const [row] = await db
    .select({ id: environments.id })
    .from(environments)
    .where(
      and(
        inProject(organizationId, projectId),
        isNull(environments.archivedAt),
        or(eq(environments.slug, slug), inArray(environments.id, former)),
      ),
    )
    .orderBy(desc(eq(environments.slug, slug)))
    .limit(1);
  return row?.id;
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
 * Stores a project's pipeline: inserts its environments or overwrites those with their IDs, and archives the others.
 * Former slugs keep leading to their environments. Two environments may exchange their slugs.
 *
 * @param stored every environment of the project
 */
export async function replacePipeline(
  tx: Tx,
  { organizationId, projectId }: { organizationId: string; projectId: string },
  stored: readonly StoredEnvironment[],
  next: readonly Environment[],
  now: Date,
): Promise<void> {
  for (const { id, slug: to } of next) {
    const from = stored.find((environment) => environment.id === id)?.slug;
    if (from === undefined || from === to) continue;
    await rememberSlug(tx, slugsOf(organizationId, projectId), { id, from, to });
    // Frees the slug first: another environment may take it, and each slug is unique at all times.
    await tx.update(environments).set({ slug: id }).where(withId(organizationId, id));
  }
  const remainingIds = new Set(next.map(({ id }) => id));
  for (const environment of stored.filter(({ id, archived }) => !archived && !remainingIds.has(id))) {
    await upsertEnvironment(tx, organizationId, projectId, environment, now);
  }
  for (const environment of next) await upsertEnvironment(tx, organizationId, projectId, environment, null);
}

/** Inserts an environment, or overwrites the one with its ID. `archivedAt` null restores an archived one. */
async function upsertEnvironment(
  tx: Tx,
  organizationId: string,
  projectId: string,
  environment: Environment,
  archivedAt: Date | null,
): Promise<void> {
  const { id, name, slug, position, critical } = environment;
  const changes = { name, slug, position, critical, archivedAt };
  await tx
    .insert(environments)
    .values({ organizationId, projectId, id, ...changes })
    .onConflictDoUpdate({ target: [environments.organizationId, environments.id], set: changes });
}
