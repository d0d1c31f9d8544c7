import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import { getDeliveries } from "../../queries/delivery/get-deliveries.ts";
import { getAdmins } from "../../queries/people/get-admins.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { type Answer, type Click, inModal, onClick } from "../kernel/interaction.ts";
import { updateForm } from "../settings/admin-clicks.ts";
import { refusalWords } from "../words/refusals.ts";
import { deliveriesModal } from "./deliveries-view.ts";
import { noticeModal } from "./request-modals-view.ts";
import { gone } from "./request-views.ts";

/** **Deliveries** in Review Details, and its **Refresh**. */
export function listenToDeliveries(app: App, ports: SlackDeps): void {
  onClick(app, ports, ids.action.ledger, (click) => openLedger(ports, click));
  onClick(app, ports, ids.action.refreshLedger, (click) => refresh(ports, click));
}

async function openLedger(ports: SlackDeps, click: Click): Promise<Answer> {
  const modal = await drawLedger(ports, click);
  if (typeof modal === "string") return () => click.tell(modal);
  const views = ports.viewsFor(click.organizationId);
  return () => (inModal(click) ? views.push(click.triggerId, modal) : views.open(click.triggerId, modal));
}

/** Every answer takes the place of what is shown: this may be the third modal, and Slack stacks no more. */
async function refresh(ports: SlackDeps, click: Click): Promise<Answer> {
  const modal = await drawLedger(ports, click);
  return () => updateForm(ports, click, typeof modal === "string" ? noticeModal(modal) : modal);
}

/** The modal, or why this person cannot have it (R13). */
async function drawLedger(ports: SlackDeps, click: Click): Promise<ModalView | string> {
  const { db, now } = ports.context;
  const { organizationId, userId } = click;
  const { isAdmin, admins } = await getAdmins(db, organizationId, userId);
  if (!isAdmin) return refusalWords({ code: "not-admin", admins, what: "deliveries" });
  const number = Number(click.value);
  const at = now();
  const request = await getRequest(db, organizationId, number, at);
  if (request === undefined) return gone;
  return deliveriesModal(await getDeliveries(db, organizationId, number, at), request);
}
