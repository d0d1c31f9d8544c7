import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import { limits } from "../../domain/shared/limits.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import { actions, button, context, divider, quoted, section } from "../blocks/blocks.ts";
import { radioInput, textInput } from "../blocks/inputs.ts";
import { warning } from "../blocks/notice-modal.ts";
import { ids } from "../kernel/ids.ts";
import { endAttemptButton, requestAgainButton } from "../messages/card.ts";
import { boundBlock, requestValue } from "../messages/card-value.ts";
import { cautionBlocks, comparisonDetails, identityBlock } from "../messages/comparison-blocks.ts";
import { coverageBlocks, reviewBlocks, stateBlocks, waitingBlocks } from "../messages/progress-blocks.ts";
import { messageBlocks, requestFields, titleBlock } from "../messages/request-blocks.ts";
import { refusalWords } from "../words/refusals.ts";
import { escapeWithin, textLimits } from "../words/text.ts";
import { shownOf, shownRequestModal } from "./shown-request.ts";

/** Returns everything there is to show about a request. */
function requestDetails(view: RequestView): KnownBlock[] {
  return [
    titleBlock(view),
    ...cautionBlocks(view),
    requestFields(view, true),
    identityBlock(view),
    ...comparisonDetails(view),
    ...messageBlocks(view),
    divider,
    ...stateBlocks(view),
    ...reviewBlocks(view, 20),
    ...waitingBlocks(view),
  ];
}

/** Returns **Review Details**: everything about a request and, for a reviewer, a review without a preselected verdict. */
export function reviewModal(view: RequestView, rights: ViewerRights, notice?: string): ModalView {
  const { number } = view;
  const title = "Review Details";
  const blocks = [
    ...(notice === undefined ? [] : [warning(notice)]),
    ...requestDetails(view),
    ...coverageBlocks(view, coverageAdvice(rights)),
    ...actionBlocks(view, rights),
  ];
  if (view.state !== "pending") return shownRequestModal(ids.view.outcome, title, shownOf(view), blocks);
  if (!rights.review.eligible) {
    const words = refusalWords({ code: "not-reviewer", why: rights.review.why, number }, view);
    return shownRequestModal(ids.view.outcome, title, shownOf(view), [
      ...blocks,
      context(escapeWithin(words, textLimits.context)),
    ]);
  }
  const inputs = [divider, verdictInput(rights), commentInput(view.commentOnReject)];
  return shownRequestModal(ids.view.review, title, shownOf(view), [...blocks, ...inputs], "Submit");
}

function coverageAdvice({ admin, isRequester }: ViewerRights): string {
  if (admin) return "*Deliveries* says why.";
  const ask = isRequester ? "Ask them yourself, or have an admin" : "An admin can";
  return `${ask} look at *Deliveries* here.`;
}

/** Returns what this person can do beside a review. Admins can also look at the deliveries. */
function actionBlocks(view: RequestView, rights: ViewerRights): KnownBlock[] {
  const { state } = view;
  const canPromote = (state === "approved" || state === "failed") && rights.promote.eligible;
  const promote = state === "failed" ? "Try Again" : "Promote";
  const value = requestValue(view);
  const elements = [
    ...(canPromote ? [button(ids.action.promote, promote, value, { style: "primary" })] : []),
    ...(state === "expired" && rights.promote.eligible ? [requestAgainButton(view)] : []),
    ...(rights.cancel ? [button(ids.action.cancel, "Cancel Request", value)] : []),
    ...(rights.endAttempt ? [endAttemptButton(view)] : []),
    ...(rights.admin ? [button(ids.action.openDeliveries, "Deliveries", value)] : []),
  ];
  return elements.length === 0 ? [] : [actions(elements, boundBlock(view.fingerprint))];
}

function verdictInput(rights: ViewerRights): InputBlock {
  return radioInput({
    id: ids.block.verdict,
    actionId: ids.input.verdict,
    label: "Your review",
    hint: rights.reviewed === null ? undefined : "You approved before; a new review takes its place.",
    choices: [
      { text: "Approve", value: "approve" },
      { text: "Reject", value: "reject" },
    ],
  });
}

function commentInput(requiredOnReject: boolean): InputBlock {
  return textInput({
    id: ids.block.comment,
    actionId: ids.input.comment,
    label: "Comment",
    hint: requiredOnReject
      ? "Required when you reject."
      : "The requester and everyone who was asked will see it.",
    limit: limits.comment,
    multiline: true,
    optional: true,
  });
}

/**
 * Returns what became of a request, for a person whose own submission came too late.
 *
 * @param typed what they wrote, so that it is not lost
 */
export function outcomeModal(view: RequestView, notice: string, typed: string): ModalView {
  const { number } = view;
  const unsent = typed.trim() === "" ? [] : [...quoted("Not sent. What you wrote", typed), divider];
  const blocks = [section(`ℹ️ *${escapeWithin(notice, 2900)}*`), ...unsent, ...requestDetails(view)];
  return shownRequestModal(ids.view.outcome, `Request #${number}`, shownOf(view), blocks);
}
