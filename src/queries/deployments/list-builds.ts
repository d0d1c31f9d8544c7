import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds-list.ts";

/** A build with its external ID as `id`. */
export type ListedBuild = Omit<builds.FullBuild, "id" | "externalId" | "integrationId" | "commits"> & {
  id: string;
};

export type { BuildCursor } from "../../../db/deployments/builds-list.ts";

/**
 * Returns a page of an integration's builds, the newest first. `next` is the last build of this page; null on the last
 * page.
 */
export async function listBuilds(
  db: Db,
  organizationId: string,
  integrationId: string,
  page: { after: builds.BuildCursor | null; limit: number },
): Promise<{ items: ListedBuild[]; next: builds.BuildCursor | null }> {
  const found = await builds.page(db, organizationId, integrationId, { ...page, limit: page.limit + 1 });
  const listed = found.slice(0, page.limit);
  const last = listed.at(-1);
  return {
    items: listed.map(({ id: _, integrationId: __, externalId: id, ...build }) => ({ ...build, id })),
    next: found.length > listed.length && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}
