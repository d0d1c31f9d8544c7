import { z } from "zod";
import { findReplacedVersion } from "../../../db/audit/settings-history.ts";
import { listEnvironments } from "../../../db/catalog/environments.ts";
import { listIntegrations } from "../../../db/catalog/integrations.ts";
import { findProject, listProjects } from "../../../db/catalog/projects.ts";
import { listRequesterRoles } from "../../../db/catalog/requester-roles.ts";
import type { Db } from "../../../db/connection/connect.ts";
import { listLiveDeployments } from "../../../db/deployments/live-builds.ts";
import * as roles from "../../../db/people/roles.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";

/** A project as the settings list shows it. */
export type ProjectSummary = {
  id: string;
  slug: string;
  name: string;
  environments: { name: string; critical: boolean }[];
  integrations: number;
};

export type IntegrationRow = { id: string; slug: string; name: string; deployer: string };

/** A project with everything that can be changed. */
export type ProjectDetails = {
  id: string;
  slug: string;
  name: string;
  version: number;
  environments: Environment[];
  requesterRoles: { id: string; name: string }[];
  integrations: IntegrationRow[];
};

/**
 * Returns one page of the projects by name, or the last page if there are fewer.
 *
 * @param page from 0
 */
export async function listProjectSummaries(
  db: Db,
  organizationId: string,
  page: number,
  size: number,
): Promise<{ projects: ProjectSummary[]; page: number; total: number }> {
  const all = await listProjects(db, organizationId);
  const shownPage = pageWithin(page, size, all.length);
  const projects = await Promise.all(
    all.slice(shownPage * size, (shownPage + 1) * size).map(async ({ id, slug, name }) => {
      const [environments, integrations] = await Promise.all([
        listEnvironments(db, organizationId, id),
        listIntegrations(db, organizationId, id),
      ]);
      return { id, slug, name, environments, integrations: integrations.length };
    }),
  );
  return { projects, page: shownPage, total: all.length };
}

/** Returns the slugs of the projects that are not archived, by name of the project. */
export async function listProjectSlugs(
  db: Db,
  organizationId: string,
): Promise<{ id: string; slug: string }[]> {
  return (await listProjects(db, organizationId)).map(({ id, slug }) => ({ id, slug }));
}

/** Returns the page to show, from 0: this page, or the last one if there are fewer. */
export function pageWithin(page: number, size: number, total: number): number {
  return Math.max(0, Math.min(page, Math.ceil(total / size) - 1));
}

/**
 * Returns a project with everything that can be changed; undefined if there is none or it is archived, also for an ID
 * that no project can have.
 */
export async function getProjectDetails(
  db: Db,
  organizationId: string,
  projectId: string,
): Promise<ProjectDetails | undefined> {
  // PostgreSQL throws on text that is not a UUID. A button or form without a readable project has an empty one.
  const isUuid = z.guid().safeParse(projectId).success;
  const project = isUuid ? await findProject(db, organizationId, projectId) : undefined;
  if (project === undefined) return undefined;
  const [environments, requesterRoles, integrations] = await Promise.all([
    listEnvironments(db, organizationId, projectId),
    listRequesterRoles(db, organizationId, projectId),
    listIntegrations(db, organizationId, projectId),
  ]);
  return {
    ...project,
    environments,
    requesterRoles,
    integrations: integrations.map(({ id, slug, name, deployer }) => ({ id, slug, name, deployer })),
  };
}

/** Returns the live versions of these integrations, by integration ID and then by environment ID. */
export async function getLiveVersions(
  db: Db,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const versions = new Map<string, Map<string, string>>();
  for (const { integrationId, environmentId, version } of await listLiveDeployments(
    db,
    organizationId,
    integrationIds,
  )) {
    const byEnvironment = versions.get(integrationId) ?? new Map<string, string>();
    versions.set(integrationId, byEnvironment.set(environmentId, version));
  }
  return versions;
}

/** A stored version of a project, as far as forms show it. */
const projectVersion = z.object({
  name: z.string(),
  slug: z.string(),
  environments: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      slug: z.string(),
      position: z.number(),
      critical: z.boolean(),
    }),
  ),
  requesterRoles: z.array(z.object({ id: z.string(), name: z.string() })),
});

/** What forms show of a project. */
export type ProjectFacts = z.infer<typeof projectVersion>;

/** Returns a replaced version of a project from the audit log; undefined if the log has no readable entry for it. */
export async function getProjectAt(
  db: Db,
  organizationId: string,
  projectId: string,
  version: number,
): Promise<ProjectFacts | undefined> {
  const stored = await findReplacedVersion(db, organizationId, `project:${projectId}`, version);
  return projectVersion.safeParse(stored).data;
}

/** Returns the roles that can be chosen, by name. */
export async function listRoleNames(db: Db, organizationId: string): Promise<{ id: string; name: string }[]> {
  return (await roles.list(db, organizationId)).map(({ id, name }) => ({ id, name }));
}
