import type { ModalView } from "@slack/types";
import { getPromotionChoice } from "../../queries/requests/get-promotion-choice.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { requestModal } from "./request-modal-view.ts";

/** The words for a click or a submission about a request that does not exist. */
export const noRequestWords = "There is no such request in this workspace any more.";

/** Returns a request and what this person may do with it, or undefined if there is none. */
export async function readRequestForViewer(
  { context: { db, now } }: SlackDeps,
  { organizationId, userId }: { organizationId: string; userId: string },
  number: number,
): Promise<{ view: RequestView; rights: ViewerRights } | undefined> {
  const at = now();
  const view = await getRequest(db, organizationId, number, at);
  return view && { view, rights: await getViewerRights(db, view, userId, at) };
}

/** What the request modal begins with. */
export type RequestDraft = {
  integrationId: string | null;
  targetId: string | null;
  notice?: string;
  message?: string;
  /** Returns the notice, given the step that the modal shows; undefined if it has nothing to show of the integration. */
  explain?: (shown: { targetId: string | null } | undefined) => string | undefined;
};

/** Returns the request modal for a draft, with the open request that blocks it, if any. */
export async function drawRequestModal(
  { context: { db, now } }: SlackDeps,
  { organizationId, userId }: { organizationId: string; userId: string },
  { integrationId, targetId, explain, ...texts }: RequestDraft,
): Promise<ModalView> {
  if (integrationId === null) return requestModal({ choice: null, open: undefined, ...texts });
  const at = now();
  const choice = await getPromotionChoice(db, organizationId, userId, integrationId, targetId, at);
  const blocking = choice?.openRequest?.number;
  const open = blocking === undefined ? undefined : await getRequest(db, organizationId, blocking, at);
  const notice = explain?.(choice && { targetId: choice.step?.target.id ?? null });
  return requestModal({ choice: choice ?? null, open, ...texts, ...(notice !== undefined && { notice }) });
}
