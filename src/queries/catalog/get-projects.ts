import * as catalog from "../../../db/catalog/catalog.ts";
import * as change from "../../../db/catalog/catalog-change.ts";
import * as list from "../../../db/catalog/catalog-list.ts";
import { listLive } from "../../../db/catalog/overview.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as roles from "../../../db/people/roles.ts";
import type { Environment } from "../../domain/catalog/pipeline.ts";

/** A project as the list of Settings shows it. */
export type ProjectSummary = {
  id: string;
  slug: string;
  name: string;
  environments: { name: string; critical: boolean }[];
  integrations: number;
};

export type IntegrationRow = { id: string; slug: string; name: string; deployer: string };

/** A project with everything that can be changed in it. */
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
 * One page of the projects, by name; the last one where there are not so many.
 *
 * @param page from 0
 */
export async function listProjects(
  db: Db,
  organizationId: string,
  page: number,
  size: number,
): Promise<{ projects: ProjectSummary[]; page: number; total: number }> {
  const all = await list.listProjects(db, organizationId);
  const there = pageWithin(page, size, all.length);
  const projects = await Promise.all(
    all.slice(there * size, (there + 1) * size).map(async ({ id, slug, name }) => {
      const [environments, integrations] = await Promise.all([
        catalog.listEnvironments(db, organizationId, id),
        change.listIntegrations(db, organizationId, id),
      ]);
      return { id, slug, name, environments, integrations: integrations.length };
    }),
  );
  return { projects, page: there, total: all.length };
}

/** Every project by its short name. */
export async function listProjectSlugs(
  db: Db,
  organizationId: string,
): Promise<{ id: string; slug: string }[]> {
  return (await list.listProjects(db, organizationId)).map(({ id, slug }) => ({ id, slug }));
}

/** The page that there is: the wanted one, or else the last. From 0. */
export function pageWithin(page: number, size: number, total: number): number {
  return Math.max(0, Math.min(page, Math.ceil(total / size) - 1));
}

/** One project; undefined where there is none, or it is archived. */
export async function getProject(
  db: Db,
  organizationId: string,
  projectId: string,
): Promise<ProjectDetails | undefined> {
  const project = (await list.listProjects(db, organizationId)).find(({ id }) => id === projectId);
  if (project === undefined) return undefined;
  const [environments, requesterRoles, integrations] = await Promise.all([
    catalog.listEnvironments(db, organizationId, projectId),
    change.listRequesterRoles(db, organizationId, projectId),
    change.listIntegrations(db, organizationId, projectId),
  ]);
  return {
    ...project,
    environments,
    requesterRoles,
    integrations: integrations.map(({ id, slug, name, deployer }) => ({ id, slug, name, deployer })),
  };
}

/** The versions that are live of these integrations: by integration, then by environment. */
export async function getLiveVersions(
  db: Db,
  organizationId: string,
  integrationIds: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const versions = new Map<string, Map<string, string>>();
  for (const { integrationId, environmentId, version } of await listLive(
    db,
    organizationId,
    integrationIds,
  )) {
    const known = versions.get(integrationId) ?? new Map<string, string>();
    versions.set(integrationId, known.set(environmentId, version));
  }
  return versions;
}

/** What of a project a form shows. */
export type ProjectFacts = Pick<ProjectDetails, "name" | "slug" | "environments" | "requesterRoles">;

/** What a project was at a version that somebody saw and that has been replaced since; undefined where that is not known. */
export async function getProjectAt(
  db: Db,
  organizationId: string,
  projectId: string,
  version: number,
): Promise<ProjectFacts | undefined> {
  return (await change.projectAt(db, organizationId, projectId, version)) as ProjectFacts | undefined;
}

/** The roles that somebody can choose from, by name. */
export async function listRoleNames(db: Db, organizationId: string): Promise<{ id: string; name: string }[]> {
  return (await roles.list(db, organizationId)).map(({ id, name }) => ({ id, name }));
}
