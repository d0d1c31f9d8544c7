import type { App } from "@slack/bolt";
import { timedOut, withTimeout } from "../../lib/timeout.ts";
import { getHome } from "../../queries/delivery/get-home.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { type Answer, type Click, faultWords, inModal, onClick } from "../kernel/interaction.ts";
import { noticeModal } from "../requests/request-modals-view.ts";
import { approvalsModal, everyProject, loadingApprovals, readApprovals } from "./approvals-view.ts";
import { readApprovalsView } from "./draw-approvals.ts";
import { prepareHome, publishHome } from "./draw-home.ts";
import type { ApprovalsLocation } from "./home-location.ts";
import { readKept } from "./home-location.ts";

/** A light modal opens after so many milliseconds where the data is slow: the trigger lives for three seconds. */
const lightAfterMs = 1_000;

/** `/approvals`, and the filter of its list, which the Home has too. */
export function listenToApprovals(app: App, ports: SlackDeps): void {
  app.command(ids.command.approvals, async ({ ack, body, context }) => {
    const organizationId = context.teamId ?? "";
    const { user_id: userId, trigger_id: triggerId } = body;
    const read = ports
      .knowMember(organizationId, userId)
      .then(() => readApprovalsView(ports, organizationId, userId, { tab: "approvals", list: "pending" }))
      .then(approvalsModal);
    const said = (text: string) => ack({ response_type: "ephemeral", text });
    const views = ports.viewsFor(organizationId);
    const first = await withTimeout(read, lightAfterMs).catch((error) => {
      ports.log.error({ err: error }, "approvals were not read");
      return faultWords(error);
    });
    if (typeof first === "string") return said(first);
    let viewId: string;
    try {
      viewId = await views.begin(triggerId, first === timedOut ? loadingApprovals : first);
    } catch (error) {
      ports.log.warn({ err: error }, "a modal was not opened");
      await read.catch(() => undefined);
      return said("Slack did not open the dialog. Nothing was changed, try again.");
    }
    await ack();
    if (first !== timedOut) return;
    const view = await read.catch((error) => {
      ports.log.error({ err: error }, "approvals were not read");
      return noticeModal(faultWords(error));
    });
    await views.update(viewId, undefined, view).catch((error) => ports.log.warn({ err: error }, "no answer"));
  });
  onClick(app, ports, ids.action.filterProject, (click) => filter(ports, click));
}

/** Draws the modal anew, for another page or list. */
export async function goInApprovals(
  ports: SlackDeps,
  { organizationId, userId, view }: Click,
  place: ApprovalsLocation,
): Promise<Answer> {
  const drawn = approvalsModal(await readApprovalsView(ports, organizationId, userId, place));
  return async () => view && ports.viewsFor(organizationId).update(view.id, view.hash, drawn);
}

/** The list that is shown, narrowed to a project, from its beginning. */
async function filter(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, value } = click;
  const narrowed = value === everyProject || value === "" ? {} : { projectId: value };
  if (inModal(click)) {
    const { list } = readApprovals(click.view.metadata);
    return goInApprovals(ports, click, { tab: "approvals", list, ...narrowed });
  }
  const { place } = readKept((await getHome(ports.context.db, organizationId, userId))?.place);
  const list = place.tab === "approvals" ? place.list : "pending";
  const going = { to: { tab: "approvals", list, ...narrowed } as const, looks: true };
  const prepared = await prepareHome(ports, organizationId, userId, going);
  return () => publishHome(ports, organizationId, userId, prepared);
}
