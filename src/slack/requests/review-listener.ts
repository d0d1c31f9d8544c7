import type { App } from "@slack/bolt";
import type { Verdict } from "../../domain/requests/request.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { reviewPromotion } from "../../usecases/requests/review-promotion.ts";
import { skipNumber } from "../../usecases/requests/skip-number.ts";
import { noticeModal } from "../blocks/notice-modal.ts";
import { assertAccess } from "../kernel/access.ts";
import { requestNumber } from "../kernel/button-values.ts";
import { type Click, onClick } from "../kernel/click.ts";
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
import { rejectModal } from "./confirm-modals-view.ts";
import { isOutdated, noRequestWords, readClicked, readRequestForViewer, refused } from "./request-views.ts";
import { listBelow, redrawListBelow, withList } from "./return-to-list.ts";
import { outcomeModal, reviewModal } from "./review-modal-view.ts";
import { readSubmitted } from "./shown-request.ts";

/** Listens to Approve, Reject, and Review on a card, and to the modals that they open. */
export function listenToReviews(app: App, deps: SlackDeps): void {
  // R4 reads who may review with the request: a decision needs no read of its own for that.
  onClick(app, deps, ids.action.approve, (click) => approve(deps, click), { access: "work" });
  onClick(app, deps, ids.action.reject, (click) => openReject(deps, click));
  onClick(app, deps, ids.action.details, (click) => openDetails(deps, click));
  onSubmit(app, deps, {
    callbackId: ids.view.reject,
    faultBlock: ids.block.comment,
    work: (submission) => submitReview(deps, submission, "reject"),
  });
  onSubmit(app, deps, {
    callbackId: ids.view.review,
    faultBlock: ids.block.comment,
    work: (submission) => submitDetails(deps, submission),
    redraw: (submission) => redrawListBelow(deps, submission),
  });
}

/** Approves with one click. */
async function approve(deps: SlackDeps, click: Click): Promise<Reply> {
  const { organizationId, userId, shown } = click;
  const number = requestNumber.read(click.value);
  const input = { organizationId, number, reviewerId: userId, verdict: "approve" as const, comment: "" };
  const seen = { surface: "slack" as const, shown: shown.fingerprint, from: shown };
  const result = await reviewPromotion(deps.context, { ...input, ...seen });
  click.watch.reviewed("approve", result.ok ? result.value.outcome : "refused");
  if (!result.ok) {
    // A refusal says how the request is, and who can review it.
    await assertAccess(deps, click);
    const words = await explainRefusal(deps, click, result.refusal, number);
    return { followUp: () => click.tell(words), outdated: isOutdated(result.refusal) };
  }
  if (result.value.outcome === "decided") return {};
  const words =
    result.value.outcome === "repeated"
      ? `Done: you had approved #${number} already.`
      : `Done: your approval of #${number} counts. More are needed.`;
  return { followUp: () => click.tell(words) };
}

/** Returns a refusal in words, with the request as it is now: who decided it, and how. */
async function explainRefusal(
  deps: SlackDeps,
  viewer: { organizationId: string; userId: string },
  refusal: Refusal,
  number: number,
): Promise<string> {
  const request = await readRequestForViewer(deps, viewer, number);
  return refusalWords(refusal, request?.view);
}

async function openReject(deps: SlackDeps, click: Click): Promise<Reply> {
  const request = await readClicked(deps, click);
  if (!request.ok) return refused(click, request.refusal);
  const { view, rights, changed } = request.value;
  const { number } = view;
  if (view.state !== "pending") return refused(click, { code: "already-decided", number }, view);
  const { review } = rights;
  if (!review.eligible) return refused(click, { code: "not-reviewer", why: review.why, number }, view);
  if (changed) return refused(click, { code: "request-changed", number }, view);
  const { organizationId, triggerId } = click;
  return { followUp: () => deps.viewsFor(organizationId).open(triggerId, rejectModal(view)) };
}

/** Opens Review Details. It decides nothing, so it also opens from a card that shows former names, and says so. */
export async function openDetails(deps: SlackDeps, click: Click): Promise<Reply> {
  const request = await readClicked(deps, click);
  if (!request.ok) return refused(click, request.refusal);
  const { view, rights, changed } = request.value;
  const notice = changed
    ? `#${view.number} has changed since this card was drawn. Below is how it is now.`
    : undefined;
  const modal = withList(reviewModal(view, rights, notice), listBelow(click));
  return { followUp: () => openModal(deps, click, modal), outdated: changed };
}

async function submitDetails(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const verdict = submission.value(ids.block.verdict, ids.input.verdict);
  if (verdict === "approve" || verdict === "reject") return submitReview(deps, submission, verdict);
  // Slack requires a choice. A submission without one must never count as a verdict.
  return fieldError(ids.block.verdict, "Choose Approve or Reject.");
}

async function submitReview(
  deps: SlackDeps,
  submission: Submission,
  verdict: Verdict,
): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { number, shownFacts: from } = readSubmitted(submission.metadata);
  const comment = submission.value(ids.block.comment, ids.input.comment);
  const input = { organizationId, number, reviewerId: userId, verdict, comment };
  const seen = { surface: "slack" as const, shown: from.fingerprint, from };
  const result = await reviewPromotion(deps.context, { ...input, ...seen });
  submission.watch.reviewed(verdict, result.ok ? result.value.outcome : "refused");
  if (result.ok && result.value.outcome !== "repeated") return {};
  const words = `Done: you had ${verdict === "approve" ? "approved" : "rejected"} #${number} already.`;
  if (result.ok) return showOutcome(deps, submission, number, words, "");
  const { refusal } = result;
  if (refusal.code === "comment-required" || refusal.code === "text-too-long") {
    return fieldError(ids.block.comment, refusalWords(refusal));
  }
  const explained = await explainRefusal(deps, submission, refusal, number);
  if (refusal.code === "unknown-card") return replaceModal(noticeModal(explained, comment));
  return showOutcome(deps, submission, number, explained, comment);
}

/** Shows the request as it is now in the submitted modal, with the comment that was not sent. */
async function showOutcome(
  deps: SlackDeps,
  submission: Submission,
  number: number,
  notice: string,
  unsentComment: string,
): Promise<SubmissionReply> {
  const request = await readRequestForViewer(deps, submission, number);
  if (request === undefined) {
    await skipNumber(deps.context, submission.organizationId, number);
    return fieldError(ids.block.comment, noRequestWords);
  }
  return replaceModal(outcomeModal(request.view, notice, unsentComment));
}
