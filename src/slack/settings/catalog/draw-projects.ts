import type { KnownBlock } from "@slack/types";
import {
  getLiveVersions,
  getProjectDetails,
  listProjectSummaries,
  pageWithin,
} from "../../../queries/catalog/get-projects.ts";
import type { SlackDeps } from "../../kernel/deps.ts";
import type { SettingsLocation } from "../draw-settings.ts";
import { integrationsPerPage, projectBlocks, projectListBlocks, projectsPerPage } from "./projects-view.ts";

/** The blocks of Settings › Projects: the list, or one project. */
export async function projectsBlocks(
  ports: SlackDeps,
  organizationId: string,
  at: SettingsLocation,
): Promise<KnownBlock[]> {
  const { db } = ports.context;
  const wanted = at.page ?? 0;
  const project =
    at.projectId === undefined ? undefined : await getProjectDetails(db, organizationId, at.projectId);
  if (project === undefined) {
    const { projects, page, total } = await listProjectSummaries(db, organizationId, wanted, projectsPerPage);
    return projectListBlocks(projects, page, total);
  }
  const { integrations } = project;
  const page = pageWithin(wanted, integrationsPerPage, integrations.length);
  const shown = integrations.slice(page * integrationsPerPage, (page + 1) * integrationsPerPage);
  const live = await getLiveVersions(
    db,
    organizationId,
    shown.map(({ id }) => id),
  );
  return projectBlocks(project, page, live);
}
