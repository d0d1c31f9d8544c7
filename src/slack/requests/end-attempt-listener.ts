import type { App } from "@slack/bolt";
import { member } from "../../domain/shared/actor.ts";
import { endAttempt } from "../../usecases/requests/end-attempt.ts";
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
import { endAttemptModal } from "./confirm-modals-view.ts";
import { redrawBelow, tellOnDetails } from "./promote-and-cancel-listener.ts";
import { readClicked, readRequestForViewer, refused } from "./request-views.ts";
import { listBelow, withList } from "./return-to-list.ts";
import { outcomeModal } from "./review-modal-view.ts";
import { shownRequest } from "./shown-request.ts";

/** Listens to End Attempt, on cards and in Review Details, and to the modal that it opens. */
export function listenToEndAttempt(app: App, deps: SlackDeps): void {
  onClick(app, deps, ids.action.endAttempt, (click) => openEndAttempt(deps, click));
  onSubmit(app, deps, {
    callbackId: ids.view.endAttempt,
    faultBlock: ids.block.reason,
    work: (submission) => submitEnding(deps, submission),
    redraw: (submission) => redrawBelow(deps, submission),
  });
}

async function openEndAttempt(deps: SlackDeps, click: Click): Promise<Reply> {
  const request = await readClicked(deps, click);
  if (!request.ok) return refused(click, request.refusal);
  const { view, rights, changed } = request.value;
  const { number } = view;
  const attempt = view.state === "promoting" ? view.attempt?.id : undefined;
  if (attempt === undefined || rights.endAttempt !== true) {
    const refusal =
      attempt === undefined
        ? ({ code: "no-attempt", number, why: "none" } as const)
        : ({ code: "not-ender", number } as const);
    return { followUp: () => tellOnDetails(deps, click, number, refusalWords(refusal, view)) };
  }
  if (changed) return refused(click, { code: "request-changed", number }, view);
  const modal = withList(endAttemptModal(view, attempt), listBelow(click));
  return { followUp: () => openModal(deps, click, modal) };
}

async function submitEnding(deps: SlackDeps, submission: Submission): Promise<SubmissionReply> {
  const { organizationId, userId } = submission;
  const { number, attempt = null } = shownRequest.read(submission.metadata);
  const reason = submission.value(ids.block.reason, ids.input.reason);
  const input = { organizationId, number, actor: member(userId), surface: "slack" as const, reason };
  const result = await endAttempt(deps.context, { ...input, deploymentId: attempt });
  if (result.ok && result.value.outcome === "ended") return {};
  const request = await readRequestForViewer(deps, submission, number);
  if (result.ok) {
    if (request === undefined) return {};
    return replaceModal(
      outcomeModal(request.view, `Done: you had ended the attempt of #${number} already.`, ""),
    );
  }
  const words = refusalWords(result.refusal, request?.view);
  const { code } = result.refusal;
  if (code === "reason-required" || code === "text-too-long" || request === undefined) {
    return fieldError(ids.block.reason, words);
  }
  return replaceModal(outcomeModal(request.view, words, reason));
}
