import { and, eq, isNull, type SQL, sql } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import type { SlugOwner } from "../schema/former-slugs.ts";
import { formerSlugs } from "../schema/index.ts";

/** The slugs of one kind of item. `projectId`: the project of environments and integrations; null for projects. */
export type SlugSpace = { organizationId: string; owner: SlugOwner; projectId: string | null };

const inSpace = ({ organizationId, owner, projectId }: SlugSpace): SQL | undefined =>
  and(
    eq(formerSlugs.organizationId, organizationId),
    eq(formerSlugs.owner, owner),
    projectId === null ? isNull(formerSlugs.projectId) : eq(formerSlugs.projectId, projectId),
  );

/** Returns the items with their former slugs, the newest first. */
export async function withFormerSlugs<T extends { id: string }>(
  db: Db | Tx,
  space: SlugSpace,
  items: readonly T[],
): Promise<(T & { formerSlugs: string[] })[]> {
  const rows = await db
    .select({ ownerId: formerSlugs.ownerId, slug: formerSlugs.slug })
    .from(formerSlugs)
    .where(inSpace(space))
    .orderBy(sql`${formerSlugs.renamedAt} desc`, formerSlugs.slug);
  return items.map((item) => {
    const own = rows.filter(({ ownerId }) => ownerId === item.id);
    return { ...item, formerSlugs: own.map(({ slug }) => slug) };
  });
}

/** Returns a subquery for the IDs of the items of one kind that had this slug, in every project. */
export function formerOwnerIds(
  db: Db | Tx,
  { organizationId, owner }: Omit<SlugSpace, "projectId">,
  slug: string,
) {
  return db
    .select({ id: formerSlugs.ownerId })
    .from(formerSlugs)
    .where(
      and(
        eq(formerSlugs.organizationId, organizationId),
        eq(formerSlugs.owner, owner),
        eq(formerSlugs.slug, slug),
      ),
    );
}

/** Returns a subquery for the ID of the item that had this slug. */
export function formerOwnerId(db: Db | Tx, space: SlugSpace, slug: string) {
  return db
    .select({ id: formerSlugs.ownerId })
    .from(formerSlugs)
    .where(and(inSpace(space), eq(formerSlugs.slug, slug)));
}

/**
 * Records that an item had a slug before `to`, so that it keeps leading to the item. A slug that returns to its item is
 * no longer a former one.
 */
export async function rememberSlug(
  tx: Tx,
  space: SlugSpace,
  { id: ownerId, from, to }: { id: string; from: string; to: string },
): Promise<void> {
  if (from === to) return;
  const { organizationId, owner, projectId, slug } = formerSlugs;
  const renamed = { ownerId, renamedAt: sql`now()` };
  await tx
    .insert(formerSlugs)
    .values({ ...space, slug: from, ...renamed })
    .onConflictDoUpdate({ target: [organizationId, owner, projectId, slug], set: renamed });
  await tx
    .delete(formerSlugs)
    .where(and(inSpace(space), eq(formerSlugs.slug, to), eq(formerSlugs.ownerId, ownerId)));
}
