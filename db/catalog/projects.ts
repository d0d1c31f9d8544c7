import { and, asc, desc, eq, gt, inArray, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { integrations, projects } from "../schema/index.ts";
import { formerOwnerId, rememberSlug, type SlugSpace, withFormerSlugs } from "./former-slugs.ts";
import { containsEveryWord } from "./search.ts";

/** A project as it is stored, archived or not. */
export type ProjectRow = typeof projects.$inferSelect;

/** A project, archived or not, with the slugs that it had before. */
export type KnownProject = ProjectRow & { archived: boolean; formerSlugs: string[] };

/** A project that is not archived. */
export type ListedProject = Pick<ProjectRow, "id" | "slug" | "name" | "version">;

const listedColumns = {
  id: projects.id,
  slug: projects.slug,
  name: projects.name,
  version: projects.version,
};

const withId = (organizationId: string, id: string) =>
  and(eq(projects.organizationId, organizationId), eq(projects.id, id));

const notArchived = (organizationId: string) =>
  and(eq(projects.organizationId, organizationId), isNull(projects.archivedAt));

const slugsOf = (organizationId: string): SlugSpace => ({
  organizationId,
  owner: "project",
  projectId: null,
});

/** Matches the project that has this slug or had it. */
const calledSlug = (db: Db | Tx, organizationId: string, slug: string): SQL | undefined =>
  or(eq(projects.slug, slug), inArray(projects.id, formerOwnerId(db, slugsOf(organizationId), slug)));

const currentFirst = (slug: string): SQL => desc(eq(projects.slug, slug));

/**
 * Locks the names and slugs of an organization's projects until the transaction ends, so that no two projects take the
 * same one.
 */
export async function lockProjectNames(tx: Tx, organizationId: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('projects'), hashtext(${organizationId}))`);
}

/**
 * Locks a project, archived or not, until the transaction ends. Its environments and integrations change only under this
 * lock.
 *
 * @returns the project; undefined if there is none
 */
export async function lockProject(
  tx: Tx,
  organizationId: string,
  id: string,
): Promise<ProjectRow | undefined> {
  const [row] = await tx.select().from(projects).where(withId(organizationId, id)).for("update");
  return row;
}

/**
 * Prevents changes to the project of an integration until the transaction ends: the pipeline stays the same, and neither
 * the project nor the integration gets archived. Transactions that share the lock don't wait for each other.
 */
export async function shareLockProject(tx: Tx, organizationId: string, integrationId: string): Promise<void> {
  await tx
    .select({ id: projects.id })
    .from(projects)
    .innerJoin(
      integrations,
      and(eq(projects.organizationId, integrations.organizationId), eq(projects.id, integrations.projectId)),
    )
    .where(and(eq(integrations.organizationId, organizationId), eq(integrations.id, integrationId)))
    .for("key share", { of: projects });
}

/** Returns the project with this ID; undefined if there is none or it is archived. */
export async function findProject(
  db: Db | Tx,
  organizationId: string,
  id: string,
): Promise<ListedProject | undefined> {
  const [row] = await db
    .select(listedColumns)
    .from(projects)
    .where(and(notArchived(organizationId), eq(projects.id, id)));
  return row;
}

/** Returns the project that has this slug or had it before; undefined if there is none or it is archived. */
export async function findProjectBySlug(
  db: Db | Tx,
  organizationId: string,
  slug: string,
): Promise<ListedProject | undefined> {
  const [row] = await db
    .select(listedColumns)
    .from(projects)
    .where(and(notArchived(organizationId), calledSlug(db, organizationId, slug)))
    .orderBy(currentFirst(slug))
    .limit(1);
  return row;
}

/** Returns the project with this ID, or the first one by name if it is archived or missing; undefined if there is none. */
export async function findProjectOrFirst(
  db: Db | Tx,
  organizationId: string,
  id: string | null,
): Promise<ListedProject | undefined> {
  const [row] = await db
    .select(listedColumns)
    .from(projects)
    .where(notArchived(organizationId))
    .orderBy(sql`(${projects.id} = ${id}::uuid) is true desc`, asc(projects.name), asc(projects.id))
    .limit(1);
  return row;
}

/** Returns the ID of the project that has this slug or had it before, archived or not. */
export async function findProjectId(
  db: Db | Tx,
  organizationId: string,
  slug: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), calledSlug(db, organizationId, slug)))
    .orderBy(currentFirst(slug))
    .limit(1);
  return row?.id;
}

/** Returns every project that is not archived, by name. */
export async function listProjects(db: Db | Tx, organizationId: string): Promise<ListedProject[]> {
  return db
    .select(listedColumns)
    .from(projects)
    .where(notArchived(organizationId))
    .orderBy(asc(projects.name), asc(projects.id));
}

/** Returns every project, including archived ones, in no particular order. */
export async function listAllProjects(tx: Tx, organizationId: string): Promise<KnownProject[]> {
  const rows = await tx.select().from(projects).where(eq(projects.organizationId, organizationId));
  const known = rows.map((row) => ({ ...row, archived: row.archivedAt !== null }));
  return withFormerSlugs(tx, slugsOf(organizationId), known);
}

/**
 * Returns a page of the projects that are not archived, by slug.
 *
 * @param page.after the last slug of the previous page; null for the first page
 * @param page.projectId the only project to return; null for all of them
 */
export async function pageProjects(
  db: Db | Tx,
  organizationId: string,
  page: { after: string | null; limit: number; projectId: string | null },
): Promise<ListedProject[]> {
  return db
    .select(listedColumns)
    .from(projects)
    .where(
      and(
        notArchived(organizationId),
        page.after === null ? undefined : gt(projects.slug, page.after),
        page.projectId === null ? undefined : eq(projects.id, page.projectId),
      ),
    )
    .orderBy(asc(projects.slug))
    .limit(page.limit);
}

/** Returns the projects that are not archived and whose name or slug contains every word of the text, by name. */
export async function searchProjects(
  db: Db | Tx,
  organizationId: string,
  text: string,
  limit: number,
): Promise<ListedProject[]> {
  const searched = sql`${projects.slug} || ' ' || ${projects.name}`;
  return db
    .select(listedColumns)
    .from(projects)
    .where(and(notArchived(organizationId), ...containsEveryWord(searched, text.split(/\s+/))))
    .orderBy(asc(projects.name), asc(projects.id))
    .limit(limit);
}

/** Inserts a project. If its ID exists, renames that project and restores it if it is archived. */
export async function upsertProject(
  tx: Tx,
  { organizationId, id, slug, name }: Pick<ProjectRow, "organizationId" | "id" | "slug" | "name">,
): Promise<void> {
  await rememberProjectSlug(tx, organizationId, id, slug);
  await tx
    .insert(projects)
    .values({ organizationId, id, slug, name })
    .onConflictDoUpdate({
      target: [projects.organizationId, projects.id],
      set: { slug, name, archivedAt: null },
    });
}

/** Keeps the slug of a stored project that is about to get another one. */
async function rememberProjectSlug(tx: Tx, organizationId: string, id: string, to: string): Promise<void> {
  const [stored] = await tx.select({ slug: projects.slug }).from(projects).where(withId(organizationId, id));
  if (stored !== undefined) await rememberSlug(tx, slugsOf(organizationId), { id, from: stored.slug, to });
}

/** Changes the given columns of a project. A former slug keeps leading to it. */
export async function updateProject(
  tx: Tx,
  { organizationId, id, ...changes }: Pick<ProjectRow, "organizationId" | "id"> & Partial<ProjectRow>,
): Promise<void> {
  if (changes.slug !== undefined) await rememberProjectSlug(tx, organizationId, id, changes.slug);
  await tx.update(projects).set(changes).where(withId(organizationId, id));
}
