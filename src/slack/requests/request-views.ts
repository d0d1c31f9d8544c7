import type { ModalView } from "@slack/types";
import { getPromotionChoice } from "../../queries/requests/get-promotion-choice.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { requestModal } from "./request-modal-view.ts";

/** Said where a request that somebody acts on is not there. */
export const gone = "There is no such request in this workspace any more.";

/** A request with what this person may do with it; undefined where there is none. */
export async function look(
  ports: SlackDeps,
  organizationId: string,
  number: number,
  userId: string,
): Promise<{ view: RequestView; rights: ViewerRights } | undefined> {
  const { db, now } = ports.context;
  const at = now();
  const view = await getRequest(db, organizationId, number, at);
  return view && { view, rights: await getViewerRights(db, view, userId, at) };
}

export type Chosen = {
  integrationId: string | null;
  targetId: string | null;
  notice?: string;
  message?: string;
  /** What is said at the top once it is known what the modal shows; undefined: it has nothing to show of the integration. */
  explain?: (shown: { targetId: string | null } | undefined) => string | undefined;
};

/** The request modal for what was chosen, with the request in the way, if any. */
export async function drawRequestModal(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  chosen: Chosen,
): Promise<ModalView> {
  const { db, now } = ports.context;
  const at = now();
  const { integrationId, targetId, explain, ...said } = chosen;
  if (integrationId === null) return requestModal({ choice: null, open: undefined, ...said });
  const choice = await getPromotionChoice(db, organizationId, userId, integrationId, targetId, at);
  const inTheWay = choice?.openRequest?.number;
  const open = inTheWay === undefined ? undefined : await getRequest(db, organizationId, inTheWay, at);
  const notice = explain?.(choice && { targetId: choice.step?.target.id ?? null });
  return requestModal({ choice: choice ?? null, open, ...said, ...(notice !== undefined && { notice }) });
}
