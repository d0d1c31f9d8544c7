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

/** A line with what pipelines know a request by. */
export type RequestRow = RequestLineInPipeline & {
  version: number;
  through: string | null;
  /** The build's id where it was built. */
  builtAs: string;
};

/** What is asked for; an integration is one of the project. Narrowed to the token's own project, if it has one. */
export type AskedPage = {
  states: readonly StateName[];
  project: string | null;
  integration: string | null;
  /** Only requests with a smaller number. */
  before: number | null;
  limit: number;
  token: { projectId: string | null };
};

/**
 * A page of requests, the newest first; `next` is where the next page begins, null where this is the last.
 *
 * Refuses `not-found` for a project or an integration that is not there, or not there for this token.
 */
export async function listRequestsPage(
  db: Db,
  organizationId: string,
  asked: AskedPage,
  now: Date,
): Promise<Result<{ rows: RequestRow[]; next: number | null }>> {
  const within = await narrow(db, organizationId, asked);
  if (!within.ok) return within;
  const [found, workflow] = await Promise.all([
    listPage(db, organizationId, within.value, asked.before, asked.limit + 1, now),
    workflows.current(db, organizationId),
  ]);
  const page = found.slice(0, asked.limit);
  const buildIds = page.map(({ buildId }) => buildId);
  const [lines, known] = await Promise.all([
    requestLines(db, organizationId, page, workflow.options.requiredApprovals, now),
    builds.findMany(db, organizationId, buildIds),
  ]);
  const rows = page.flatMap(({ version, requestedBy, buildId }, i): RequestRow[] => {
    const line = lines[i];
    if (line === undefined) return [];
    const through = requestedBy.kind === "token" ? requestedBy.name : null;
    return [{ ...line, version, through, builtAs: known.get(buildId)?.externalId ?? "" }];
  });
  return accept({ rows, next: found.length > asked.limit ? (page.at(-1)?.number ?? null) : null });
}

async function narrow(
  db: Db,
  organizationId: string,
  { states, project, integration, token }: AskedPage,
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
