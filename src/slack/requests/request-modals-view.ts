import type { Button, InputBlock, KnownBlock, ModalView } from "@slack/types";
import type { DriftChange } from "../../domain/requests/drift.ts";
import { limits } from "../../domain/shared/limits.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import type { ApprovalsLocation } from "../home/home-location.ts";
import { ids } from "../kernel/ids.ts";
import { button, requestAgainButton } from "../messages/card.ts";
import { cautionBlocks, comparisonDetails } from "../messages/comparison.ts";
import {
  context,
  messageBlocks,
  quoted,
  reachBlocks,
  requestFields,
  reviewBlocks,
  stateBlocks,
  titleBlock,
  waitingBlocks,
} from "../messages/details.ts";
import { refusalWords } from "../words/refusals.ts";
import { escaped, escapeWithin, mrkdwn, plain } from "../words/text.ts";
import { shortName } from "../words/words.ts";

/** What the modals of one request remember. */
export type ShownRequest = {
  number: number;
  shown?: string;
  /** The list that it was opened from, if any. */
  back?: ApprovalsLocation;
};

/** A notice remembers none. */
export const readRequest = (metadata: string): ShownRequest => JSON.parse(metadata || "{}") as ShownRequest;

const modal = (
  callbackId: string,
  title: string,
  shown: ShownRequest,
  blocks: KnownBlock[],
  submit?: string,
): ModalView => ({
  type: "modal",
  callback_id: callbackId,
  title: plain(title, 24),
  close: plain("Close", 24),
  ...(submit === undefined ? {} : { submit: plain(submit, 24) }),
  private_metadata: JSON.stringify(shown),
  blocks,
});

const about = (view: RequestView): KnownBlock[] => [
  titleBlock(view),
  ...cautionBlocks(view),
  requestFields(view),
  ...comparisonDetails(view),
  ...messageBlocks(view),
  { type: "divider" },
  ...stateBlocks(view),
  ...reviewBlocks(view, 20),
  ...waitingBlocks(view),
];

/** **Review Details**: everything about a request and, for who may, a review with neither verdict preselected. */
export function reviewModal(view: RequestView, rights: ViewerRights, notice?: string): ModalView {
  const { number } = view;
  const blocks = [
    ...(notice === undefined ? [] : [section(`⚠️ *${escapeWithin(notice, 2900)}*`)]),
    ...about(view),
    ...reachBlocks(view, reachAdvice(rights)),
    ...actionBlocks(view, rights),
  ];
  if (view.state !== "pending") return modal(ids.view.outcome, "Review Details", { number }, blocks);
  if (!rights.review.eligible) {
    const words = refusalWords({ code: "not-reviewer", why: rights.review.why, number }, view);
    return modal(ids.view.outcome, "Review Details", { number }, [...blocks, context(escaped(words))]);
  }
  const inputs: KnownBlock[] = [
    { type: "divider" },
    verdictInput(rights),
    commentInput(view.commentOnReject),
  ];
  return modal(ids.view.review, "Review Details", { number }, [...blocks, ...inputs], "Submit");
}

function reachAdvice({ admin, isRequester }: ViewerRights): string {
  if (admin) return "*Deliveries* says why.";
  const ask = isRequester ? "Ask them yourself, or have an admin" : "An admin can";
  return `${ask} look at *Deliveries* here.`;
}

/** What this person may do beside a review; admins look at what was sent. */
function actionBlocks(view: RequestView, rights: ViewerRights): KnownBlock[] {
  const { number, state } = view;
  const elements: Button[] = [];
  if ((state === "approved" || state === "failed") && rights.promote.eligible) {
    elements.push(
      button(ids.action.promote, state === "failed" ? "Try Again" : "Promote", number, { style: "primary" }),
    );
  }
  if (state === "expired" && rights.promote.eligible) elements.push(requestAgainButton(number));
  if (rights.cancel) elements.push(button(ids.action.cancel, "Cancel Request", number));
  if (rights.admin) elements.push(button(ids.action.ledger, "Deliveries", number));
  return elements.length === 0 ? [] : [{ type: "actions", block_id: "actions", elements }];
}

function verdictInput(rights: ViewerRights): InputBlock {
  const given = rights.reviewed === null ? "" : " You approved before; a new review takes its place.";
  return {
    type: "input",
    block_id: ids.block.verdict,
    label: plain("Your review"),
    ...(given === "" ? {} : { hint: plain(given.trim()) }),
    element: {
      type: "radio_buttons",
      action_id: ids.input.verdict,
      options: [
        { text: plain("Approve"), value: "approve" },
        { text: plain("Reject"), value: "reject" },
      ],
    },
  };
}

function commentInput(requiredOnReject: boolean): InputBlock {
  const hint = requiredOnReject
    ? "Required when you reject."
    : "The requester and everyone who was asked will see it.";
  return textInput(ids.block.comment, ids.input.comment, "Comment", limits.comment, true, hint);
}

function textInput(
  blockId: string,
  actionId: string,
  label: string,
  limit: number,
  optional: boolean,
  hint: string,
): InputBlock {
  return {
    type: "input",
    block_id: blockId,
    optional,
    label: plain(label),
    hint: plain(hint),
    element: { type: "plain_text_input", action_id: actionId, multiline: true, max_length: limit },
  };
}

/** The small modal behind **Reject**. */
export function rejectModal(view: RequestView): ModalView {
  const required = view.commentOnReject;
  const blocks: KnownBlock[] = [
    titleBlock(view),
    requestFields(view),
    textInput(
      ids.block.comment,
      ids.input.comment,
      "Why?",
      limits.comment,
      !required,
      "The requester and everyone who was asked will see it.",
    ),
  ];
  return modal(ids.view.reject, `Reject #${view.number}`, { number: view.number }, blocks, "Reject");
}

/** The modal behind **Cancel Request**: only the requester needs no reason (R10). */
export function cancelModal(view: RequestView, rights: ViewerRights): ModalView {
  const { number } = view;
  const blocks: KnownBlock[] = [
    titleBlock(view),
    requestFields(view),
    ...stateBlocks(view),
    textInput(
      ids.block.reason,
      ids.input.reason,
      "Reason",
      limits.reason,
      !rights.cancelNeedsReason,
      "Everyone who was asked will see it.",
    ),
  ];
  return modal(ids.view.cancel, `Cancel #${number}`, { number }, blocks, "Cancel Request");
}

/** R9: what changed since the request was made, to be confirmed before it is promoted. */
export function confirmModal(view: RequestView, changes: readonly DriftChange[], shown: string): ModalView {
  const words = changes.map((change) => `• ${escapeWithin(changeWords(change, view), 700)}`).join("\n");
  const blocks: KnownBlock[] = [
    titleBlock(view),
    section(`⚠️ *Look at this before you promote*\n${words}`),
    requestFields(view),
    context(
      `Promote brings exactly ${escapeWithin(shortName(view.build.version), 200)} to ${escapeWithin(shortName(view.target.name), 200)}.`,
    ),
  ];
  return modal(
    ids.view.confirm,
    `Promote #${view.number}?`,
    { number: view.number, shown },
    blocks,
    "Promote Anyway",
  );
}

function changeWords(change: DriftChange, view: RequestView): string {
  const source = shortName(view.source.name);
  const target = shortName(view.target.name);
  switch (change.kind) {
    case "source-changed": {
      const now = view.newerInSource ? `${shortName(view.newerInSource.version)} is` : "nothing is";
      return `In ${source} ${now} live now; ${shortName(view.build.version)} was approved.`;
    }
    case "target-changed": {
      const now = view.liveInTarget ? `${shortName(view.liveInTarget.version)} is` : "nothing is";
      return `In ${target} ${now} live now; it was another build when this was asked for.`;
    }
    case "deployment-running":
      return `Another deployment to ${target} is running.`;
    case "last-attempt-unknown":
      return "The last attempt went silent: it may still be running.";
    default:
      return assertNever(change);
  }
}

/**
 * What became of a request, for somebody whose own submission came too late.
 *
 * @param typed what they had written, so that it is not lost
 */
export function outcomeModal(view: RequestView, notice: string, typed: string): ModalView {
  const unsent: KnownBlock[] =
    typed.trim() === "" ? [] : [...quoted("Not sent. What you wrote", typed), { type: "divider" }];
  const blocks: KnownBlock[] = [section(`ℹ️ *${escapeWithin(notice, 2900)}*`), ...unsent, ...about(view)];
  return modal(ids.view.outcome, `Request #${view.number}`, { number: view.number }, blocks);
}

/** One message, for instance that the database is away. What was typed stays readable. */
export function noticeModal(notice: string, typed = ""): ModalView {
  const blocks: KnownBlock[] = [
    section(escapeWithin(notice, 2900)),
    ...(typed.trim() === "" ? [] : quoted("What you wrote", typed)),
  ];
  return {
    type: "modal",
    callback_id: ids.view.outcome,
    title: plain("Signoff", 24),
    close: plain("Close", 24),
    blocks,
  };
}

type OpenModal = Pick<ModalView, "callback_id" | "private_metadata" | "title"> & {
  blocks: readonly { type: string; block_id?: string }[];
  submit?: ModalView["submit"] | null;
  close?: ModalView["close"] | null;
};

/** A modal as Slack says that it stands, with one line at its top. What was typed in it stays. */
export function withNotice(open: OpenModal, notice: string): ModalView {
  const { callback_id, private_metadata, title, submit, close } = open;
  const line: KnownBlock = { ...section(`⚠️ *${escapeWithin(notice, 2900)}*`), block_id: ids.block.notice };
  const others = open.blocks.filter(({ block_id }) => block_id !== ids.block.notice) as KnownBlock[];
  return {
    type: "modal",
    ...(callback_id === undefined ? {} : { callback_id }),
    ...(private_metadata === undefined ? {} : { private_metadata }),
    title,
    ...(submit ? { submit } : {}),
    ...(close ? { close } : {}),
    blocks: [line, ...others].slice(0, 100),
  };
}

const section = (text: string): KnownBlock => ({ type: "section", text: mrkdwn(text) });
