import type { ModalView } from "@slack/types";
import { approvalsModal } from "../home/approvals-view.ts";
import { readApprovalsView } from "../home/draw-approvals.ts";
import { type ApprovalsLocation, approvalsMetadata } from "../home/home-location.ts";
import type { Click } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import type { Submission } from "../kernel/submission.ts";
import { shownRequest } from "./shown-request.ts";

/** Returns the list below the clicked modal, at the bottom of the stack, if a request's modal was opened from one. */
export function listBelow({ view }: Click): ApprovalsLocation | undefined {
  if (view?.type !== "modal") return undefined;
  if (view.callbackId === ids.view.approvals) return approvalsMetadata.read(view.metadata);
  return requestModals.has(view.callbackId) ? shownRequest.read(view.metadata).back : undefined;
}

/** The modals whose metadata names a request. */
const requestModals = new Set<string>([
  ...[ids.view.review, ids.view.outcome, ids.view.cancel, ids.view.confirm, ids.view.endAttempt],
]);

/** Returns the modal of a request with the list that it was opened from in its metadata. */
export function withList(modal: ModalView, list: ApprovalsLocation | undefined): ModalView {
  if (list === undefined) return modal;
  const shown = shownRequest.read(modal.private_metadata ?? "");
  return { ...modal, private_metadata: shownRequest.write({ ...shown, back: list }) };
}

/** Redraws the list at the bottom of the stack after the submission of a modal that was opened from one. */
export async function redrawListBelow(
  deps: SlackDeps,
  { organizationId, userId, metadata, view }: Submission,
): Promise<void> {
  const { back } = shownRequest.read(metadata);
  const rootId = view.root_view_id;
  if (back === undefined || !rootId || rootId === view.id) return;
  const drawn = approvalsModal(await readApprovalsView(deps, organizationId, userId, back));
  await deps.viewsFor(organizationId).update(rootId, undefined, drawn);
}
