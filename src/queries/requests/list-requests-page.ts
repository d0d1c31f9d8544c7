import { findIntegrationId } from "../../../db/catalog/integrations.ts";
import { findProjectId } from "../../../db/catalog/projects.ts";
import type { Db } from "../../../db/connection/connect.ts";
import * as builds from "../../../db/deployments/builds.ts";
import { listPage, type RequestFilter } from "../../../db/requests/requests-page.ts";
import * as workflows from "../../../db/workflow/workflow.ts";
import type { StateName } from "../../domain/requests/request.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { coversProject } from "../../domain/tokens/token.ts";
import { type RequestLineInPipeline, requestLines } from "./request-line.ts";

/** A line with the identifiers that API clients use. */
export type RequestRow = RequestLineInPipeline & {
  version: number;
  through: string | null;
  /** The build's external ID. */
  builtAs: string;
};

/** Which requests to list. The integration belongs to the project. A token for one project sees only that project. */
export type RequestsPage = {
  states: readonly StateName[];
  project: string | null;
  integration: string | null;
  /** The number after which the page starts; null for the first page. */
  before: number | null;
  limit: number;
  token: { projectId: string | null };
};

/**
 * Returns a page of requests, the newest first. `next` is where the next page starts; null on the last page.
 *
 * Refuses `not-found` for a project or integration that does not exist or that the token does not cover.
 */
export async function listRequestsPage(
  db: Db,
  organizationId: string,
  options: RequestsPage,
  now: Date,
): Promise<Result<{ rows: RequestRow[]; next: number | null }>> {
  const filter = await toFilter(db, organizationId, options);
  if (!filter.ok) return filter;
  const [found, workflow] = await Promise.all([
    listPage(db, organizationId, filter.value, options.before, options.limit + 1, now),
    workflows.current(db, organizationId),
  ]);
  const page = found.slice(0, options.limit);
  const buildIds = page.map(({ buildId }) => buildId);
  const [lines, storedBuilds] = await Promise.all([
    requestLines(db, organizationId, page, workflow, now),
    builds.findMany(db, organizationId, buildIds),
  ]);
  const rows = page.flatMap(({ version, requestedBy, buildId }, i): RequestRow[] => {
    const line = lines[i];
    if (line === undefined) return [];
    const through = requestedBy.kind === "token" ? requestedBy.name : null;
    return [{ ...line, version, through, builtAs: storedBuilds.get(buildId)?.externalId ?? "" }];
  });
  return accept({ rows, next: found.length > options.limit ? (page.at(-1)?.number ?? null) : null });
}

async function toFilter(
  db: Db,
  organizationId: string,
  { states, project, integration, token }: RequestsPage,
): Promise<Result<RequestFilter>> {
  if (project === null) return accept({ states, projectId: token.projectId, integrationId: null });
  const projectId = await findProjectId(db, organizationId, project);
  if (projectId === undefined || !coversProject(token, projectId)) {
    return refuse({ code: "not-found", what: "project" });
  }
  if (integration === null) return accept({ states, projectId, integrationId: null });
  const integrationId = await findIntegrationId(db, organizationId, projectId, integration);
  if (integrationId === undefined) return refuse({ code: "not-found", what: "integration" });
  return accept({ states, projectId, integrationId });
}
