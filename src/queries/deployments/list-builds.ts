import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds-list.ts";

/** A build by the id that it has where it was built. */
export type ListedBuild = Omit<builds.FullBuild, "id" | "externalId" | "integrationId" | "commits"> & {
  id: string;
};

export type { BuildCursor } from "../../../db/deployments/builds-list.ts";

/**
 * A page of an integration's builds, the newest first; `next` is the last build of this page where there are more.
 */
export async function listBuilds(
  db: Db,
  organizationId: string,
  integrationId: string,
  asked: { after: builds.BuildCursor | null; limit: number },
): Promise<{ items: ListedBuild[]; next: builds.BuildCursor | null }> {
  const found = await builds.page(db, organizationId, integrationId, { ...asked, limit: asked.limit + 1 });
  const page = found.slice(0, asked.limit);
  const last = page.at(-1);
  return {
    items: page.map(({ id: _, integrationId: __, externalId: id, ...build }) => ({ ...build, id })),
    next: found.length > page.length && last ? { createdAt: last.createdAt, id: last.id } : null,
  };
}
