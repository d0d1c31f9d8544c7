import type { ModalView } from "@slack/types";
import { checkOrigin, checkShown } from "../../domain/requests/shown.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { accept, type Result, refuse } from "../../domain/shared/result.ts";
import { isOriginOf } from "../../queries/delivery/get-card.ts";
import { getPromotionChoice } from "../../queries/requests/get-promotion-choice.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import { skipNumber } from "../../usecases/requests/skip-number.ts";
import { requestNumber } from "../kernel/button-values.ts";
import type { Click } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import type { Reply } from "../kernel/reply.ts";
import { refusalWords } from "../words/refusals.ts";
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

/** A request that somebody clicked on, and what they may do with it. `changed`: the button showed other bound facts. */
type Clicked = { view: RequestView; rights: ViewerRights; changed: boolean };

/**
 * Returns the request that a click is about and what this person may do with it. If there is none, it makes sure that no
 * later request gets the number of the clicked one. Refuses `not-found`, `unknown-card`.
 */
export async function readClicked(deps: SlackDeps, click: Click): Promise<Result<Clicked>> {
  const { context } = deps;
  const { organizationId, shown } = click;
  const number = requestNumber.read(click.value);
  const request = await readRequestForViewer(deps, click, number);
  if (request === undefined) {
    await skipNumber(context, organizationId, number);
    return refuse({ code: "not-found", what: "request" });
  }
  const { view } = request;
  const known = await isOriginOf(context.db, view, shown.origin);
  const origin = checkOrigin(number, shown, { ...view, known });
  if (!origin.ok) return origin;
  const changed = !checkShown(number, shown, { ...view, known }).ok;
  return accept({ ...request, changed });
}

/** Returns what follows a click that was refused: the person is told, and an outdated message is redrawn or removed. */
export function refused(click: Click, refusal: Refusal, view?: RequestView): Reply {
  const words = clickRefusalWords(refusal, view);
  return { followUp: () => click.tell(words), outdated: isOutdated(refusal) };
}

export const clickRefusalWords = (refusal: Refusal, view?: RequestView): string =>
  refusal.code === "not-found" && refusal.what === "request" ? noRequestWords : refusalWords(refusal, view);

/** Returns whether a refusal means that the clicked message does not show its request as it is. */
export function isOutdated({ code }: Refusal): boolean {
  return ["unknown-card", "request-changed", "not-pending", "not-approved"].includes(code);
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
