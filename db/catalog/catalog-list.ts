import { and, asc, eq, isNull } from "drizzle-orm";
import type { Db, Tx } from "../connection/connect.ts";
import { projects } from "../schema/index.ts";

export type ProjectRow = { id: string; slug: string; name: string; version: number };

/** Every project that is not archived, by name. */
export async function listProjects(db: Db | Tx, organizationId: string): Promise<ProjectRow[]> {
  return db
    .select({ id: projects.id, slug: projects.slug, name: projects.name, version: projects.version })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), isNull(projects.archivedAt)))
    .orderBy(asc(projects.name), asc(projects.id));
}
