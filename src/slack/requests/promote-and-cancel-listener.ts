import type { App } from "@slack/bolt";
import { member } from "../../domain/shared/actor.ts";
import { cancelPromotion } from "../../usecases/requests/cancel-promotion.ts";
import { promote } from "../../usecases/requests/promote.ts";
import { redrawHome } from "../home/draw-home.ts";
import { requestNumber } from "../kernel/button-values.ts";
import { type Click, isInModal, onClick } from "../kernel/click.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import { openModal } from "../kernel/modals.ts";
import type { Reply } from "../kernel/reply.ts";
import {
  fieldError,
  onSubmit,
  replaceModal,
  type Submission,
  type SubmissionReply,
} from "../kernel/submission.ts";
import { refusalWords } from "../words/refusals.ts";
import { cancelModal, confirmModal } from "./confirm-modals-view.ts";
import { noRequestWords, readRequestForViewer } from "./request-views.ts";
import { listBelow, redrawListBelow, withList } from "./return-to-list.ts";
import { outcomeModal, reviewModal } from "./review-modal-view.ts";
import { shownRequest } from "./shown-request.ts";

/** Listens to Promote and Cancel Request, on cards and in Review Details, and to the modals that they open. */
export function listenToPromoteAndCancel(app: App, deps: SlackDeps): void {
  onClick(app, deps, ids.action.promote, (click) => clickPromote(deps, click));
  onClick(app, deps, ids.action.cancel, (click) => openCancel(deps, click));
  onSubmit(app, deps, {
    callbackId: ids.view.confirm,
    faultBlock: null,
    work: (submission) => submitConfirmation(deps, submission),
    redraw: (submission) => redrawBelow(deps, submission),
  });
  onSubmit(app, deps, {
    callbackId: ids.view.cancel,
    faultBlock: ids.block.reason,
    work: (submission) => submitCancellation(deps, submission),
    redraw: (submission) => redrawBelow(deps, submission),
  });
}

export async function clickPromote(deps: SlackDeps, click: Click): Promise<Reply> {
  const { organizationId, userId } = click;
  const number = requestNumber.read(click.value);
  const actor = member(userId);
  const result = await promote(deps.context, {
    organizationId,
    number,
    actor,
    surface: "slack",
    confirmedFingerprint: null,
  });
  if (result.ok) return { followUp: () => showPromoted(deps, click, number) };
  const request = await readRequestForViewer(deps, click, number);
  if (request === undefined) return { followUp: () => click.tell(noRequestWords) };
  const { refusal } = result;
  if (refusal.code === "must-confirm") {
    const modal = withList(confirmModal(request.view, refusal.changes, refusal.shown), listBelow(click));
    return { followUp: () => openModal(deps, click, modal) };
  }
  return { followUp: () => tellOnDetails(deps, click, number, refusalWords(refusal, request.view)) };
}

/** A person in the Home sees the result at once. If drawing fails, the outbox draws the Home. Cards are the outbox's. */
async function showPromoted(deps: SlackDeps, click: Click, number: number): Promise<void> {
  if (isInModal(click)) return redrawDetails(deps, click, number);
  if (click.view?.type !== "home") return;
  await redrawHome(deps, click.organizationId, click.userId).catch((error) =>
    deps.log.warn({ err: error }, "A Home was not redrawn after a promotion"),
  );
}

/** Tells it on Review Details if the click was made there; otherwise by the private answer. */
export function tellOnDetails(deps: SlackDeps, click: Click, number: number, words: string): Promise<void> {
  return isInModal(click) ? redrawDetails(deps, click, number, words) : click.tell(words);
}

async function redrawDetails(deps: SlackDeps, click: Click, number: number, notice?: string): Promise<void> {
  const { organizationId, view } = click;
  const request = await readRequestForViewer(deps, click, number);
  if (request === undefined || view === null) return;
  const modal = withList(reviewModal(request.view, request.rights, notice), listBelow(click));
  await deps.viewsFor(organizationId).update(view.id, view.hash, modal);
}

async function submitConfirmation(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { number, shown } = shownRequest.read(submission.metadata);
  const input = { organizationId, number, actor: member(userId), surface: "slack" as const };
  const result = await promote(deps.context, { ...input, confirmedFingerprint: shown ?? null });
  if (result.ok) return {};
  const request = await readRequestForViewer(deps, submission, number);
  if (request === undefined) return {};
  const { refusal } = result;
  return replaceModal(
    refusal.code === "must-confirm"
      ? confirmModal(request.view, refusal.changes, refusal.shown)
      : outcomeModal(request.view, refusalWords(refusal, request.view), ""),
  );
}

export async function openCancel(deps: SlackDeps, click: Click): Promise<Reply> {
  const number = requestNumber.read(click.value);
  const request = await readRequestForViewer(deps, click, number);
  if (request === undefined) return { followUp: () => click.tell(noRequestWords) };
  const { view, rights } = request;
  if (!rights.cancel) {
    const isOpen = view.state === "pending" || view.state === "approved" || view.state === "failed";
    const words = refusalWords({ code: isOpen ? "not-canceller" : "not-cancellable", number }, view);
    return { followUp: () => tellOnDetails(deps, click, number, words) };
  }
  const modal = withList(cancelModal(view, rights), listBelow(click));
  return { followUp: () => openModal(deps, click, modal) };
}

async function submitCancellation(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { number } = shownRequest.read(submission.metadata);
  const reason = submission.value(ids.block.reason, ids.input.reason);
  const input = { organizationId, number, actor: member(userId), surface: "slack" as const, reason };
  const result = await cancelPromotion(deps.context, input);
  if (result.ok && result.value.outcome === "cancelled") return {};
  const request = await readRequestForViewer(deps, submission, number);
  if (result.ok) {
    if (request === undefined) return {};
    return replaceModal(outcomeModal(request.view, `Done: you had cancelled #${number} already.`, ""));
  }
  const words = refusalWords(result.refusal, request?.view);
  const { code } = result.refusal;
  if (code === "reason-required" || code === "text-too-long" || request === undefined) {
    return fieldError(ids.block.reason, words);
  }
  return replaceModal(outcomeModal(request.view, words, reason));
}

/** Redraws Review Details, and the list below it, after a modal on top of it was submitted. */
export async function redrawBelow(deps: SlackDeps, submission: Submission): Promise<void> {
  const { organizationId, metadata, view } = submission;
  const belowId = view.previous_view_id;
  if (belowId === null || belowId === undefined) return;
  const { number, back } = shownRequest.read(metadata);
  const request = await readRequestForViewer(deps, submission, number);
  if (request === undefined) return;
  const details = withList(reviewModal(request.view, request.rights), back);
  await deps.viewsFor(organizationId).update(belowId, undefined, details);
  await redrawListBelow(deps, submission);
}
