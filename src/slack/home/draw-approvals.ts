import { getProjectName } from "../../queries/catalog/search-projects.ts";
import { listPast, listPending } from "../../queries/requests/list-requests.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { type ApprovalsView, linesPerPage } from "./approvals-view.ts";
import type { ApprovalsLocation } from "./home-location.ts";

/** Reads a page of the requests, for one person. */
export async function readApprovalsView(
  ports: SlackDeps,
  organizationId: string,
  viewerId: string,
  place: ApprovalsLocation,
): Promise<ApprovalsView> {
  const { db } = ports.context;
  const now = ports.context.now();
  const { projectId } = place;
  const project = projectId === undefined ? undefined : await getProjectName(db, organizationId, projectId);
  const asking = { organizationId, viewerId, projectId: project?.id ?? null, size: linesPerPage, now };
  const common = { project: project ?? null, now };
  if (place.list === "pending") {
    return { ...common, place, page: await listPending(db, asking, place.cursor ?? null) };
  }
  return { ...common, place, page: await listPast(db, asking, place.cursor ?? null) };
}
