import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { getDeliveries } from "../../queries/delivery/get-deliveries.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
import { type Click, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { openModal, updateModal } from "../kernel/modals.ts";
import type { Reply } from "../kernel/reply.ts";
import { refusalWords } from "../words/refusals.ts";
import { deliveriesModal } from "./deliveries-view.ts";
import { clickRefusalWords, readClicked } from "./request-views.ts";

/** Listens to **Deliveries** in Review Details, and to its **Refresh**. */
export function listenToDeliveries(app: App, deps: SlackDeps): void {
  onClick(app, deps, ids.action.openDeliveries, (click) => openDeliveries(deps, click));
  onClick(app, deps, ids.action.refreshDeliveries, (click) => refreshDeliveries(deps, click));
}

async function openDeliveries(deps: SlackDeps, click: Click): Promise<Reply> {
  const drawn = await drawDeliveries(deps, click);
  return { followUp: () => (typeof drawn === "string" ? click.tell(drawn) : openModal(deps, click, drawn)) };
}

/** Every answer replaces the modal: it may be the third one, and Slack stacks no more. */
async function refreshDeliveries(deps: SlackDeps, click: Click): Promise<Reply> {
  const drawn = await drawDeliveries(deps, click);
  const modal = typeof drawn === "string" ? noticeModal(drawn) : drawn;
  return { followUp: () => updateModal(deps, click, modal) };
}

/** Returns the modal, or the words that say why this person cannot have it (R13). */
async function drawDeliveries(deps: SlackDeps, click: Click): Promise<ModalView | string> {
  const { db, now } = deps.context;
  const { organizationId, userId } = click;
  const { isAdmin, admins } = await getAdmins(db, organizationId, userId);
  if (!isAdmin) return refusalWords({ code: "not-admin", admins, what: "deliveries" });
  const request = await readClicked(deps, click);
  if (!request.ok) return clickRefusalWords(request.refusal);
  const { view } = request.value;
  return deliveriesModal(await getDeliveries(db, organizationId, view.number, now()), view);
}
