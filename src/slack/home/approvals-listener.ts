import type { App } from "@slack/bolt";
import { getHome } from "../../queries/delivery/get-home.ts";
import { idValue } from "../kernel/button-values.ts";
import { type Click, isInModal, onClick } from "../kernel/click.ts";
import { onCommand } from "../kernel/command.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import type { Reply } from "../kernel/reply.ts";
import { approvalsModal, everyProject, loadingApprovals } from "./approvals-view.ts";
import { readApprovalsView } from "./draw-approvals.ts";
import { goInHome } from "./draw-home.ts";
import { type ApprovalsLocation, approvalsMetadata, readStoredLocation } from "./home-location.ts";

/** Listens to `/approvals`, and to the filter of its list, which the Home has too. */
export function listenToApprovals(app: App, deps: SlackDeps): void {
  onCommand(app, deps, {
    name: ids.command.approvals,
    loading: loadingApprovals,
    work: async ({ organizationId, userId }) => {
      const location = { tab: "approvals", list: "pending" } as const;
      const view = await readApprovalsView(deps, organizationId, userId, location);
      return { answer: { modal: approvalsModal(view) } };
    },
  });
  onClick(app, deps, ids.action.filterProject, (click) => filterByProject(deps, click));
}

/** Redraws the modal of `/approvals` for another page or list. */
export async function goInApprovals(
  deps: SlackDeps,
  { organizationId, userId, view }: Click,
  location: ApprovalsLocation,
): Promise<Reply> {
  const modal = approvalsModal(await readApprovalsView(deps, organizationId, userId, location));
  return { followUp: async () => view && deps.viewsFor(organizationId).update(view.id, view.hash, modal) };
}

/** Shows the same list for the chosen project, from its first page. */
async function filterByProject(deps: SlackDeps, click: Click): Promise<Reply> {
  const { organizationId, userId, value } = click;
  const filter = value === everyProject || value === "" ? {} : { projectId: idValue.read(value) };
  if (isInModal(click)) {
    const { list } = approvalsMetadata.read(click.view.metadata);
    return goInApprovals(deps, click, { tab: "approvals", list, ...filter });
  }
  const home = await getHome(deps.context.db, organizationId, userId);
  const { place } = readStoredLocation(home?.place);
  const list = place.tab === "approvals" ? place.list : "pending";
  return goInHome(deps, click, { tab: "approvals", list, ...filter });
}
