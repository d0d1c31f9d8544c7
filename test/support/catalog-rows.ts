import { and, asc, eq, getTableColumns, is, sql } from "drizzle-orm";
import { PgTable } from "drizzle-orm/pg-core";
import * as schema from "../../db/schema/index.ts";
import type { TestDatabase } from "./database.ts";

/** Reads the database directly, without use cases. */
export function catalogReads(database: TestDatabase, organizationId: string) {
  const { db } = database.database;
  return {
    async state(number: number) {
      const { requests } = schema;
      const [row] = await db
        .select()
        .from(requests)
        .where(and(eq(requests.organizationId, organizationId), eq(requests.number, number)));
      if (row === undefined) throw new Error(`There is no #${number}`);
      return row;
    },
    async audit(number?: number) {
      const { auditLog } = schema;
      const rows = await db
        .select()
        .from(auditLog)
        .where(eq(auditLog.organizationId, organizationId))
        .orderBy(asc(auditLog.id));
      return rows.filter((row) => number === undefined || row.subject === `request:${number}`);
    },
    async outbox(kind?: string) {
      const { outbox } = schema;
      const rows = await db
        .select()
        .from(outbox)
        .where(eq(outbox.organizationId, organizationId))
        .orderBy(asc(outbox.id));
      return rows.filter((row) => kind === undefined || row.kind === kind);
    },
    /** Returns the version of the build that is live in an environment. */
    async live(environmentId: string): Promise<string | null> {
      const { liveBuilds, builds } = schema;
      const [row] = await db
        .select({ version: builds.version })
        .from(liveBuilds)
        .innerJoin(builds, eq(builds.id, liveBuilds.buildId))
        .where(
          and(eq(liveBuilds.organizationId, organizationId), eq(liveBuilds.environmentId, environmentId)),
        );
      return row?.version ?? null;
    },
    /** Returns every row of the organization by table, except the request counter, which may skip numbers. */
    async allRows(): Promise<Record<string, object[]>> {
      const all: Record<string, object[]> = {};
      for (const [name, table] of Object.entries(schema)) {
        if (!is(table, PgTable) || table === schema.requestCounters) continue;
        const columns = getTableColumns(table) as Record<string, unknown>;
        const owner = "organizationId" in columns ? sql`organization_id` : sql`id`;
        const rows = await db.execute<{ row: object }>(
          sql`select to_jsonb(t) as row from ${table} t where ${owner} = ${organizationId} order by to_jsonb(t)`,
        );
        all[name] = rows.map(({ row }) => row);
      }
      return all;
    },
  };
}

/** Returns the database IDs by slug and name. */
export async function readIds(database: TestDatabase, organizationId: string) {
  const { db } = database.database;
  const { projects, integrations, environments, builds, roles } = schema;
  const [inProjects, inEnvironments, inBuilds, allRoles] = await Promise.all([
    db
      .select({ project: projects.slug, slug: integrations.slug, id: integrations.id })
      .from(integrations)
      .innerJoin(projects, eq(projects.id, integrations.projectId))
      .where(eq(integrations.organizationId, organizationId)),
    db
      .select({ project: projects.slug, slug: environments.slug, id: environments.id })
      .from(environments)
      .innerJoin(projects, eq(projects.id, environments.projectId))
      .where(eq(environments.organizationId, organizationId)),
    db
      .select({ project: projects.slug, slug: builds.externalId, id: builds.id })
      .from(builds)
      .innerJoin(integrations, eq(integrations.id, builds.integrationId))
      .innerJoin(projects, eq(projects.id, integrations.projectId))
      .where(eq(builds.organizationId, organizationId)),
    db.select().from(roles).where(eq(roles.organizationId, organizationId)),
  ]);
  const lookUp = (entries: [string, string][]) => {
    const map = new Map(entries);
    return (key: string): string => {
      const id = map.get(key);
      if (id === undefined) throw new Error(`There is no ${key}`);
      return id;
    };
  };
  const byProject = (rows: { project: string; slug: string; id: string }[]) =>
    lookUp(rows.map(({ project, slug, id }) => [`${project}/${slug}`, id]));
  return {
    integration: byProject(inProjects),
    environment: byProject(inEnvironments),
    build: byProject(inBuilds),
    role: lookUp(allRoles.map((row) => [row.name, row.id])),
  };
}
