import type { App } from "@slack/bolt";
import { member } from "../../domain/shared/actor.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { cancelPromotion } from "../../usecases/requests/cancel-promotion.ts";
import { promote } from "../../usecases/requests/promote.ts";
import { skipNumber } from "../../usecases/requests/skip-number.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
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
import { requestRemarks } from "../words/comparison-words.ts";
import { refusalWords } from "../words/refusals.ts";
import { cancelModal, confirmModal } from "./confirm-modals-view.ts";
import {
  clickRefusalWords,
  isOutdated,
  readClicked,
  readRequestForViewer,
  refused,
} from "./request-views.ts";
import { listBelow, redrawListBelow, withList } from "./return-to-list.ts";
import { outcomeModal, reviewModal } from "./review-modal-view.ts";
import { readSubmitted, shownRequest } from "./shown-request.ts";

/** Listens to Promote and Cancel Request, on cards and in Review Details, and to the modals that they open. */
export function listenToPromoteAndCancel(app: App, deps: SlackDeps): void {
  onClick(app, deps, ids.action.promote, (click) => clickPromote(deps, click));
  onClick(app, deps, ids.action.cancel, (click) => openCancel(deps, click));
  onClick(app, deps, ids.action.disown, (click) => disown(deps, click));
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
  const { organizationId, userId, shown } = click;
  const number = requestNumber.read(click.value);
  const by = { organizationId, number, actor: member(userId), surface: "slack" as const };
  const seen = await readRequestForViewer(deps, click, number);
  const unasked = seen !== undefined && requestRemarks(seen.view).cautions.length > 0;
  const result = await promote(deps.context, { ...by, shown, confirmedFingerprint: null, unasked });
  if (result.ok) return { followUp: () => showPromoted(deps, click, number) };
  const { refusal } = result;
  if (refusal.code === "unknown-card") return refused(click, refusal);
  const request = await readRequestForViewer(deps, click, number);
  if (request === undefined) return noRequest(deps, click, number);
  if (refusal.code === "must-confirm") {
    const modal = withList(confirmModal(request.view, refusal.changes, refusal.shown), listBelow(click));
    return { followUp: () => openModal(deps, click, modal) };
  }
  const words = refusalWords(refusal, request.view);
  return { followUp: () => tellOnDetails(deps, click, number, words), outdated: isOutdated(refusal) };
}

async function noRequest(deps: SlackDeps, click: Click, number: number): Promise<Reply> {
  await skipNumber(deps.context, click.organizationId, number);
  return refused(click, { code: "not-found", what: "request" });
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
  const { number, shown: confirmed = null, shownFacts } = readSubmitted(submission.metadata);
  const by = { organizationId, number, actor: member(userId), surface: "slack" as const };
  const result = await promote(deps.context, { ...by, shown: shownFacts, confirmedFingerprint: confirmed });
  if (result.ok) return {};
  const { refusal } = result;
  const request = await readRequestForViewer(deps, submission, number);
  if (request === undefined) await skipNumber(deps.context, organizationId, number);
  if (request === undefined || refusal.code === "unknown-card") {
    return replaceModal(noticeModal(clickRefusalWords(refusal)));
  }
  return replaceModal(
    refusal.code === "must-confirm"
      ? confirmModal(request.view, refusal.changes, refusal.shown)
      : outcomeModal(request.view, refusalWords(refusal, request.view), ""),
  );
}

export async function openCancel(deps: SlackDeps, click: Click): Promise<Reply> {
  const request = await readClicked(deps, click);
  if (!request.ok) return refused(click, request.refusal);
  const { view, rights, changed } = request.value;
  const refusal = openingRefusal(view, rights.cancel, changed);
  if (refusal !== null) {
    const words = refusalWords(refusal, view);
    return { followUp: () => tellOnDetails(deps, click, view.number, words), outdated: isOutdated(refusal) };
  }
  const modal = withList(cancelModal(view, rights), listBelow(click));
  return { followUp: () => openModal(deps, click, modal) };
}

/** Returns why the dialog that cancels a request does not open, or null if it does. */
function openingRefusal(
  { number, state }: RequestView,
  mayCancel: boolean,
  changed: boolean,
): Refusal | null {
  if (mayCancel) return changed ? { code: "request-changed", number } : null;
  const isOpen = state === "pending" || state === "approved" || state === "failed";
  return { code: isOpen ? "not-canceller" : "not-cancellable", number };
}

/** R5: cancels a request for which a token named this member, and tells the token's owner. */
async function disown(deps: SlackDeps, click: Click): Promise<Reply> {
  const { organizationId, userId, value, shown } = click;
  const number = requestNumber.read(value);
  const by = { organizationId, actor: member(userId), surface: "slack" as const };
  const result = await cancelPromotion(deps.context, { ...by, number, reason: "", disowned: true, shown });
  if (result.ok) {
    const words = `Done: #${number} is cancelled. The owner of the token is told that you did not ask for it.`;
    return { followUp: () => click.tell(words) };
  }
  const { refusal } = result;
  if (refusal.code === "unknown-card") return refused(click, refusal);
  const request = await readRequestForViewer(deps, click, number);
  const words = refusalWords(refusal, request?.view);
  return { followUp: () => click.tell(words), outdated: isOutdated(refusal) };
}

async function submitCancellation(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { number, shownFacts: shown } = readSubmitted(submission.metadata);
  const reason = submission.value(ids.block.reason, ids.input.reason);
  const by = { organizationId, number, actor: member(userId), surface: "slack" as const };
  const result = await cancelPromotion(deps.context, { ...by, reason, shown });
  if (result.ok && result.value.outcome === "cancelled") return {};
  const request = await readRequestForViewer(deps, submission, number);
  if (result.ok) {
    if (request === undefined) return {};
    return replaceModal(outcomeModal(request.view, `Done: you had cancelled #${number} already.`, ""));
  }
  const words = refusalWords(result.refusal, request?.view);
  const { code } = result.refusal;
  if (code === "unknown-card") return replaceModal(noticeModal(words, reason));
  if (request === undefined) await skipNumber(deps.context, organizationId, number);
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
  const { number, identity, back } = shownRequest.read(metadata);
  const request = await readRequestForViewer(deps, submission, number);
  if (request === undefined || (identity ?? request.view.identity) !== request.view.identity) return;
  const details = withList(reviewModal(request.view, request.rights), back);
  await deps.viewsFor(organizationId).update(belowId, undefined, details);
  await redrawListBelow(deps, submission);
}
