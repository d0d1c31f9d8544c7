import { getProjectName } from "../../queries/catalog/search-projects.ts";
import { listPast, listPending } from "../../queries/requests/list-requests.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { type ApprovalsView, linesPerPage } from "./approvals-view.ts";
import type { ApprovalsLocation } from "./home-location.ts";

/** Reads a page of requests for one person. A project that no longer exists does not filter. */
export async function readApprovalsView(
  { context: { db, now: clock } }: SlackDeps,
  organizationId: string,
  viewerId: string,
  location: ApprovalsLocation,
): Promise<ApprovalsView> {
  const now = clock();
  const { projectId } = location;
  const project = projectId === undefined ? undefined : await getProjectName(db, organizationId, projectId);
  const query = { organizationId, viewerId, projectId: project?.id ?? null, size: linesPerPage, now };
  const view = { project: project ?? null, now };
  if (location.list === "pending") {
    return { ...view, location, page: await listPending(db, query, location.cursor ?? null) };
  }
  return { ...view, location, page: await listPast(db, query, location.cursor ?? null) };
}
