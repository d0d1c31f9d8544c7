import type { KnownBlock } from "@slack/types";
import {
  getLiveVersions,
  getProjectDetails,
  listProjectSummaries,
  pageWithin,
} from "../../../queries/catalog/get-projects.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import type { SettingsLocation } from "../settings-location.ts";
import { integrationsPerPage, projectBlocks, projectListBlocks, projectsPerPage } from "./projects-view.ts";

/** Returns the blocks of Settings › Projects: the list, or one project if the location names one that exists. */
export async function drawProjects(
  { context: { db } }: SlackDeps,
  organizationId: string,
  { projectId, page: wanted = 0 }: SettingsLocation,
): Promise<KnownBlock[]> {
  const project =
    projectId === undefined ? undefined : await getProjectDetails(db, organizationId, projectId);
  if (project === undefined) {
    const { projects, page, total } = await listProjectSummaries(db, organizationId, wanted, projectsPerPage);
    return projectListBlocks(projects, page, total);
  }
  const { integrations } = project;
  const page = pageWithin(wanted, integrationsPerPage, integrations.length);
  const shown = integrations.slice(page * integrationsPerPage, (page + 1) * integrationsPerPage);
  const shownIds = shown.map(({ id }) => id);
  return projectBlocks(project, page, await getLiveVersions(db, organizationId, shownIds));
}
