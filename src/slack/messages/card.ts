import type { Button, KnownBlock } from "@slack/types";
import { mentionsInChannel } from "../../domain/shared/limits.ts";
import type { CardView } from "../../queries/delivery/get-card.ts";
import type { RequestView, ViewerRights } from "../../queries/requests/request-view.ts";
import { ids } from "../kernel/ids.ts";
import { requestRemarks } from "../words/comparison-words.ts";
import { escapeWithin, mrkdwn, plain, textLimits } from "../words/text.ts";
import { countWords, shortName, stateWords, whatWords } from "../words/words.ts";
import { cardValue } from "./card-value.ts";
import { cautionBlocks, comparisonBlocks } from "./comparison.ts";
import {
  context,
  messageBlocks,
  reachBlocks,
  requestFields,
  reviewBlocks,
  stateBlocks,
  titleBlock,
  waitingBlocks,
} from "./details.ts";
import { fitMessage } from "./fit-message.ts";

export type Message = { text: string; blocks: KnownBlock[] };

/** A request as a message to one person: a review card, or the requester's own. */
export function card(
  view: RequestView,
  rights: ViewerRights,
  { kind, id }: Pick<CardView, "kind" | "id">,
): Message {
  const buttons = kind === "review" ? reviewButtons(view, rights) : ownButtons(view);
  return {
    text: cardText(view, kind),
    blocks: cardBlocks(view, id, [...waitingBlocks(view), ...yourPart(view, rights, kind)], buttons),
  };
}

/**
 * A request as one message in a channel, for everybody in it: its buttons are judged at the click. While it waits it
 * mentions reviewers, at most ten of them.
 */
export function channelCard(view: RequestView, cardId: string): Message {
  const anybody = { review: { eligible: true }, cancel: false } as const;
  const mentions = mentionBlocks(view);
  const after = [...mentions, ...waitingBlocks(view, mentions.length > 0)];
  return {
    text: cardText(view, "channel"),
    blocks: cardBlocks(view, cardId, after, reviewButtons(view, anybody)),
  };
}

/** What every card shows, with what comes after the reviews, and its buttons, which say which card they stand on. */
function cardBlocks(
  view: RequestView,
  cardId: string,
  after: readonly KnownBlock[],
  buttons: readonly Button[],
): KnownBlock[] {
  const value = cardValue(view.number, cardId);
  return fitMessage([
    titleBlock(view),
    ...cautionBlocks(view),
    requestFields(view),
    ...comparisonBlocks(view),
    ...messageBlocks(view),
    { type: "divider" },
    ...stateBlocks(view),
    ...reviewBlocks(view),
    ...after,
    { type: "actions", block_id: "actions", elements: buttons.map((one) => ({ ...one, value })) },
  ]);
}

function mentionBlocks({ state, reviewers }: RequestView): KnownBlock[] {
  if (state !== "pending" || reviewers.length === 0) return [];
  const mentioned = reviewers.slice(0, mentionsInChannel).map(({ id }) => `<@${id}>`);
  const rest = reviewers.length - mentioned.length;
  const others = rest === 0 ? "" : ` and ${countWords(rest, "other")}`;
  return [{ type: "section", text: mrkdwn(`Asked to review: ${mentioned.join(" ")}${others}`) }];
}

/** What the notification and a screen reader say; it is mrkdwn, so people's text is escaped. */
function cardText(view: RequestView, kind: CardView["kind"]): string {
  const what = `#${view.number} ${whatWords(view)}`;
  const asks = `${shortName(view.requester.name)} asks to promote ${whatWords(view)} (#${view.number})`;
  const text = kind !== "own" && view.state === "pending" ? asks : `${what}: ${stateWords(view)}`;
  return escapeWithin(text, textLimits.section);
}

const askYourself = "Ask them yourself, or have an admin look at *Deliveries* in the details.";

/** What this person has to do with it, where their buttons do not say so by themselves. */
function yourPart(view: RequestView, rights: ViewerRights, kind: CardView["kind"]): KnownBlock[] {
  if (kind === "own") return reachBlocks(view, askYourself);
  if (kind !== "review" || view.state !== "pending") return [];
  if (!rights.review.eligible) return [context("You can no longer review this request.")];
  if (rights.reviewed === null) return [];
  return [context("You approved. You can change your review until the request is decided.")];
}

export function button(
  actionId: string,
  text: string,
  number: number,
  extra: Partial<Pick<Button, "style" | "confirm" | "accessibility_label">> = {},
): Button {
  return {
    type: "button",
    action_id: actionId,
    text: plain(text, textLimits.button),
    value: String(number),
    ...extra,
  };
}

function reviewButtons(view: RequestView, rights: Pick<ViewerRights, "review" | "cancel">): Button[] {
  const { number } = view;
  const details = button(ids.action.details, "Details", number, label("Details of", view));
  if (view.state === "pending" && rights.review.eligible) {
    return [
      button(ids.action.approve, "Approve", number, {
        style: "primary",
        ...label("Approve", view),
        ...confirmCritical(view),
      }),
      button(ids.action.reject, "Reject", number, { style: "danger", ...label("Reject", view) }),
      button(ids.action.details, "Review", number, label("Review", view)),
    ];
  }
  if ((view.state === "approved" || view.state === "failed") && rights.cancel) {
    return [details, button(ids.action.cancel, "Cancel Request", number, label("Cancel", view))];
  }
  return [details];
}

function ownButtons(view: RequestView): Button[] {
  const { number, state } = view;
  const details = button(ids.action.details, "Details", number, label("Details of", view));
  const cancel = button(ids.action.cancel, "Cancel Request", number, label("Cancel", view));
  if (state === "pending") return [cancel, details];
  if (state === "approved" || state === "failed") {
    const verb = state === "approved" ? "Promote" : "Try Again";
    return [
      button(ids.action.promote, verb, number, { style: "primary", ...label(verb, view) }),
      cancel,
      details,
    ];
  }
  return state === "expired" ? [requestAgainButton(number), details] : [details];
}

/** Opens Request Approval with the integration, the target and the message of a request that expired. */
export function requestAgainButton(number: number): Button {
  const label = plain(`Request again what request ${number} asked for`, textLimits.button).text;
  return button(ids.action.requestAgain, "Request Again", number, {
    style: "primary",
    accessibility_label: label,
  });
}

const label = (verb: string, view: RequestView) => ({
  accessibility_label: plain(`${verb} request ${view.number}`, textLimits.button).text,
});

/**
 * A critical environment is named before one click decides, and what is unusual first of all. Limits: title 100, text
 * 300, buttons 30.
 */
function confirmCritical(view: RequestView): Partial<Pick<Button, "confirm">> {
  if (!view.target.critical) return {};
  const target = shortName(view.target.name);
  const what = `${shortName(view.integration.name)} ${shortName(view.build.version)}`;
  const [caution] = requestRemarks(view).cautions;
  const warning = caution === undefined ? "" : `⚠️ ${caution}. `;
  return {
    confirm: {
      title: plain(`Approve for ${target}?`, 100),
      text: plain(`${warning}${what} may then be promoted to ${target}.`, 300),
      confirm: plain("Approve", 30),
      deny: plain("Not yet", 30),
    },
  };
}
