import type { App } from "@slack/bolt";
import type { Verdict } from "../../domain/requests/request.ts";
import type { Refusal } from "../../domain/shared/refusals.ts";
import { reviewPromotion } from "../../usecases/requests/review-promotion.ts";
import type { SlackDeps } from "../kernel/deps.ts";
import { ids } from "../kernel/ids.ts";
import {
  type Answer,
  type Click,
  inModal,
  onClick,
  onSubmit,
  type Submission,
  type SubmissionAnswer,
} from "../kernel/interaction.ts";
import { refusalWords } from "../words/refusals.ts";
import { outcomeModal, readRequest, rejectModal, reviewModal } from "./request-modals-view.ts";
import { gone, look } from "./request-views.ts";
import { backOf, drawBack, withBack } from "./return-to-list.ts";

/** Approve, Reject and Review on a card, and the modals behind them. */
export function listenToReviews(app: App, ports: SlackDeps): void {
  onClick(app, ports, ids.action.approve, (click) => approve(ports, click));
  onClick(app, ports, ids.action.reject, (click) => openReject(ports, click));
  onClick(app, ports, ids.action.details, (click) => openDetails(ports, click));
  onSubmit(app, ports, ids.view.reject, ids.block.comment, (submission) => give(ports, submission, "reject"));
  const review = (submission: Submission) => {
    const verdict = submission.value(ids.block.verdict, ids.input.verdict);
    if (verdict !== "approve" && verdict !== "reject") return Promise.resolve(noVerdict);
    return give(ports, submission, verdict);
  };
  const beneath = (submission: Submission) => drawBack(ports, submission);
  onSubmit(app, ports, ids.view.review, ids.block.comment, review, beneath);
}

/** Slack asks for a choice by itself; that nothing was chosen must never count as one. */
const noVerdict: SubmissionAnswer = {
  response_action: "errors",
  errors: { [ids.block.verdict]: "Choose Approve or Reject." },
};

/** One click decides. */
async function approve(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId } = click;
  const number = Number(click.value);
  const input = { organizationId, number, reviewerId: userId, verdict: "approve" as const, comment: "" };
  const result = await reviewPromotion(ports.context, { ...input, surface: "slack" });
  click.watch.reviewed("approve", result.ok ? result.value.outcome : "refused");
  if (!result.ok) {
    const words = await explain(ports, organizationId, userId, result.refusal, number);
    return () => click.tell(words);
  }
  if (result.value.outcome === "decided") return undefined;
  const words =
    result.value.outcome === "repeated"
      ? `Done: you had approved #${number} already.`
      : `Done: your approval of #${number} counts. More are needed.`;
  return () => click.tell(words);
}

/** A refusal in words, with the request as it is now: what was decided, by whom. */
async function explain(
  ports: SlackDeps,
  organizationId: string,
  userId: string,
  refusal: Refusal,
  number: number,
): Promise<string> {
  const found = await look(ports, organizationId, number, userId);
  return refusalWords(refusal, found?.view);
}

async function openReject(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, triggerId } = click;
  const number = Number(click.value);
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return () => click.tell(gone);
  const { view, rights } = found;
  if (view.state !== "pending")
    return () => click.tell(refusalWords({ code: "already-decided", number }, view));
  if (!rights.review.eligible) {
    const words = refusalWords({ code: "not-reviewer", why: rights.review.why, number }, view);
    return () => click.tell(words);
  }
  return () => ports.viewsFor(organizationId).open(triggerId, rejectModal(view));
}

export async function openDetails(ports: SlackDeps, click: Click): Promise<Answer> {
  const { organizationId, userId, triggerId } = click;
  const found = await look(ports, organizationId, Number(click.value), userId);
  if (found === undefined) return () => click.tell(gone);
  const modal = withBack(reviewModal(found.view, found.rights), backOf(click));
  const views = ports.viewsFor(organizationId);
  return () => (inModal(click) ? views.push(triggerId, modal) : views.open(triggerId, modal));
}

async function give(ports: SlackDeps, submission: Submission, verdict: Verdict): Promise<SubmissionAnswer> {
  const { organizationId, userId } = submission;
  const { number } = readRequest(submission.metadata);
  const comment = submission.value(ids.block.comment, ids.input.comment);
  const input = { organizationId, number, reviewerId: userId, verdict, comment, surface: "slack" as const };
  const result = await reviewPromotion(ports.context, input);
  submission.watch.reviewed(verdict, result.ok ? result.value.outcome : "refused");
  if (result.ok && result.value.outcome !== "repeated") return undefined;
  const done = `Done: you had ${verdict === "approve" ? "approved" : "rejected"} #${number} already.`;
  if (result.ok) return outcome(ports, submission, number, done, "");
  const { refusal } = result;
  if (refusal.code === "comment-required" || refusal.code === "text-too-long") {
    return { response_action: "errors", errors: { [ids.block.comment]: refusalWords(refusal) } };
  }
  const words = await explain(ports, organizationId, userId, refusal, number);
  return outcome(ports, submission, number, words, comment);
}

/** The submitted modal becomes what is true now, and keeps what was typed. */
async function outcome(
  ports: SlackDeps,
  { organizationId, userId }: Submission,
  number: number,
  notice: string,
  typed: string,
): Promise<SubmissionAnswer> {
  const found = await look(ports, organizationId, number, userId);
  if (found === undefined) return { response_action: "errors", errors: { [ids.block.comment]: gone } };
  return { response_action: "update", view: outcomeModal(found.view, notice, typed) };
}
