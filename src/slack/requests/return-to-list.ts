import type { ModalView } from "@slack/types";
import { approvalsModal, readApprovals } from "../home/approvals-view.ts";
import { readApprovalsView } from "../home/draw-approvals.ts";
import type { ApprovalsLocation } from "../home/home-location.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import type { Click, Submission } from "../kernel/interaction.ts";
import { readRequest } from "./request-modals-view.ts";

/** The list from which a request's modal was opened, at the bottom of the stack. */
export function backOf({ view }: Click): ApprovalsLocation | undefined {
  if (view?.type !== "modal") return undefined;
  if (view.callbackId === ids.view.approvals) return readApprovals(view.metadata);
  return requestModals.has(view.callbackId) ? readRequest(view.metadata).back : undefined;
}

/** The modals that remember a request. */
const requestModals = new Set<string>([ids.view.review, ids.view.outcome, ids.view.cancel, ids.view.confirm]);

/** The modal, remembering the list that it was opened from. */
export function withBack(modal: ModalView, back: ApprovalsLocation | undefined): ModalView {
  if (back === undefined) return modal;
  const shown = modal.private_metadata ? readRequest(modal.private_metadata) : {};
  return { ...modal, private_metadata: JSON.stringify({ ...shown, back }) };
}

/** After a modal that stood on a list of requests was submitted, the list shows what is true now. */
export async function drawBack(
  ports: SlackDeps,
  { organizationId, userId, metadata, view }: Submission,
): Promise<void> {
  const { back } = readRequest(metadata);
  const root = view.root_view_id;
  if (back === undefined || !root || root === view.id) return;
  const drawn = approvalsModal(await readApprovalsView(ports, organizationId, userId, back));
  await ports.viewsFor(organizationId).update(root, undefined, drawn);
}
