import { randomUUID } from "node:crypto";
import { and, eq } from "drizzle-orm";
import { listEnvironments } from "../../db/catalog/environments.ts";
import { listIntegrations } from "../../db/catalog/integrations.ts";
import { listRequesterRoles } from "../../db/catalog/requester-roles.ts";
import type { Db } from "../../db/connection/connect.ts";
import { projects } from "../../db/schema/index.ts";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import { archiveEnvironment } from "../../src/usecases/catalog/archive-environment.ts";
import { archiveIntegration } from "../../src/usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import { type CreateProject, createProject } from "../../src/usecases/catalog/create-project.ts";
import { type SaveIntegration, saveIntegration } from "../../src/usecases/catalog/save-integration.ts";
import { savePipeline } from "../../src/usecases/catalog/save-pipeline.ts";
import { type SaveProject, saveProject } from "../../src/usecases/catalog/save-project.ts";
import { buildCatalog, by } from "./catalog.ts";
import type { TestDatabase } from "./database.ts";

/** Reads of an organization's projects. */
export function projectReads(db: Db, organizationId: string) {
  return {
    async projectId(slug: string): Promise<string> {
      const [row] = await db
        .select({ id: projects.id })
        .from(projects)
        .where(and(eq(projects.organizationId, organizationId), eq(projects.slug, slug)));
      if (row === undefined) throw new Error(`There is no project ${slug}`);
      return row.id;
    },
    /** Returns a project with its environments as slugs, in order. Critical ones end with `!`. */
    async project(id: string) {
      const [row] = await db
        .select()
        .from(projects)
        .where(and(eq(projects.organizationId, organizationId), eq(projects.id, id)));
      if (row === undefined) throw new Error(`There is no project ${id}`);
      const environments = await listEnvironments(db, organizationId, id);
      const integrations = await listIntegrations(db, organizationId, id);
      const requesters = await listRequesterRoles(db, organizationId, id);
      return {
        ...row,
        environmentIds: environments.map((one) => one.id),
        environments: environments.map(({ slug, critical }) => `${slug}${critical ? "!" : ""}`),
        integrations: integrations.map(({ slug }) => slug),
        requesters: requesters.map(({ name }) => name),
      };
    },
  };
}

/** A catalog in which one person, ada by default, changes the project Commerce. */
export async function projectFixture(database: TestDatabase, who = "ada") {
  const built = await buildCatalog(database);
  const { organizationId, context } = built;
  const reads = projectReads(database.database.db, organizationId);
  const by_ = { organizationId, actor: by(who), surface: "slack" as const };
  const projectId = await reads.projectId("commerce");
  const editing = async () => ({ ...by_, projectId, version: (await reads.project(projectId)).version });
  return {
    ...built,
    ...reads,
    by: by_,
    projectId,
    editing,
    create: (change: Partial<CreateProject> = {}) =>
      createProject(context, {
        ...by_,
        ...{ name: "Finance", slug: "finance", requesterRoleIds: [] },
        environments: [
          { name: "Test", slug: "test", critical: false },
          { name: "Live", slug: "live", critical: true },
        ],
        ...change,
      }),
    save: async (change: Partial<SaveProject> = {}) =>
      saveProject(context, {
        ...(await editing()),
        ...{ name: "Commerce", slug: "commerce", requesterRoleIds: [] },
        ...change,
      }),
    pipeline: async (change: (current: Environment[]) => Environment[], version?: number) =>
      savePipeline(context, {
        ...(await editing()),
        ...(version === undefined ? {} : { version }),
        pipeline: change,
      }),
    archiveEnvironment: async (slug: string) =>
      archiveEnvironment(context, { ...(await editing()), environmentId: built.environment(slug) }),
    integrate: (change: Partial<SaveIntegration> = {}) =>
      saveIntegration(context, {
        ...{ ...by_, projectId, integration: null, name: "Stock", slug: "stock" },
        ...change,
      }),
    archiveIntegration: (integrationId: string) =>
      archiveIntegration(context, { ...by_, projectId, integrationId }),
    archive: async () => archiveProject(context, await editing()),
  };
}

/** Returns a new environment. */
export const fresh = (slug: string, more: Partial<Environment> = {}): Environment => ({
  ...{ id: randomUUID(), name: slug, slug, position: 0, critical: false },
  ...more,
});
