import type { Button, KnownBlock } from "@slack/types";
import { mentionsInChannel } from "../../domain/shared/limits.ts";
import type { CardView } from "../../queries/delivery/get-card.ts";
import type { RequestView, ReviewView, ViewerRights } from "../../queries/requests/request-view.ts";
import { actions, button, confirmation, context, divider, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { requestRemarks } from "../words/comparison-words.ts";
import { shortName } from "../words/names.ts";
import { promotionWords, stateWords } from "../words/request-words.ts";
import { countWords, cutTo, escapeWithin, textLimits } from "../words/text.ts";
import { boundBlock, cardValue, requestValue } from "./card-value.ts";
import { cautionBlocks, comparisonBlocks } from "./comparison-blocks.ts";
import { cutToMessageLimit } from "./message-limit.ts";
import { coverageBlocks, reviewBlocks, stateBlocks, waitingBlocks } from "./progress-blocks.ts";
import { messageBlocks, requestFields, titleBlock } from "./request-blocks.ts";

export type Message = { text: string; blocks: KnownBlock[] };

/** Returns a request as a message to one person: a review card, or the requester's own card. */
export function card(
  view: RequestView,
  rights: ViewerRights,
  { kind, id }: Pick<CardView, "kind" | "id">,
): Message {
  const buttons = kind === "review" ? reviewButtons(view, rights) : ownButtons(view);
  return {
    text: cardText(view, kind),
    blocks: cardBlocks(view, id, [...waitingBlocks(view), ...readerBlocks(view, rights, kind)], buttons),
  };
}

/** What is left of the card of somebody who is no longer an active full member. */
export const noAccessCard: Message = {
  text: "This card is no longer shown to you.",
  blocks: [
    section(
      "This card is no longer shown to you: only full members of this workspace can use Signoff. If you need access, ask an admin of Signoff or an owner of this workspace.",
    ),
  ],
};

/**
 * Returns a request as one message in a channel. Everyone sees its buttons; Signoff checks their rights at the click.
 * While the request is pending, the card mentions at most ten reviewers.
 */
export function channelCard(view: RequestView, cardId: string): Message {
  const anyone = { review: { eligible: true }, cancel: false, endAttempt: false } as const;
  const mentions = mentionBlocks(view);
  const waiting = [...mentions, ...waitingBlocks(view, mentions.length > 0)];
  return {
    text: cardText(view, "channel"),
    blocks: cardBlocks(view, cardId, waiting, reviewButtons(view, anyone)),
  };
}

/** Returns what every card shows, then `waiting`, then the buttons, whose values name the card they belong to. */
function cardBlocks(
  view: RequestView,
  cardId: string,
  waiting: readonly KnownBlock[],
  buttons: readonly Button[],
): KnownBlock[] {
  const value = cardValue(view.number, cardId);
  return cutToMessageLimit([
    titleBlock(view),
    ...cautionBlocks(view),
    requestFields(view),
    ...comparisonBlocks(view),
    ...messageBlocks(view),
    divider,
    ...stateBlocks(view),
    ...reviewBlocks(view),
    ...waiting,
    actions(
      buttons.map((each) => ({ ...each, value })),
      boundBlock(view.fingerprint),
    ),
  ]);
}

function mentionBlocks({ state, reviewers }: RequestView): KnownBlock[] {
  if (state !== "pending" || reviewers.length === 0) return [];
  const mentioned = reviewers.slice(0, mentionsInChannel).map(({ id }) => `<@${id}>`);
  const rest = reviewers.length - mentioned.length;
  const others = rest === 0 ? "" : ` and ${countWords(rest, "other")}`;
  return [section(`Asked to review: ${mentioned.join(" ")}${others}`)];
}

/** Returns the text for the notification and for screen readers. It is mrkdwn, so people's text in it is escaped. */
function cardText(view: RequestView, kind: CardView["kind"]): string {
  const promotion = promotionWords(view);
  const text =
    kind !== "own" && view.state === "pending"
      ? `${shortName(view.requester.name)} asks to promote ${promotion} (#${view.number})`
      : `#${view.number} ${promotion}: ${stateWords(view)}`;
  return escapeWithin(text, textLimits.section);
}

const coverageAdvice = "Ask them yourself, or have an admin look at *Deliveries* in the details.";

/** Returns what the reader of the card needs to know beside its buttons. */
function readerBlocks(view: RequestView, rights: ViewerRights, kind: CardView["kind"]): KnownBlock[] {
  if (kind === "own") return [...onBehalfBlocks(view), ...coverageBlocks(view, coverageAdvice)];
  if (kind !== "review" || view.state !== "pending") return [];
  if (!rights.review.eligible) return [context("You can no longer review this request.")];
  if (rights.reviewed === null) return [];
  return [context(reviewedWords(view, rights.reviewed))];
}

type ButtonRights = Pick<ViewerRights, "review" | "cancel" | "endAttempt">;

/** Returns what a person who approved before can still do (R4, R7). */
function reviewedWords({ approvals }: RequestView, reviewed: ReviewView): string {
  if (reviewed.notCounted !== null)
    return "Your approval no longer counts, because the request has changed. Review it again.";
  return approvals.given >= approvals.required
    ? "You approved, and no approval is missing. Approve again to decide the request."
    : "You approved. You can change your review until the request is decided.";
}

function reviewButtons(view: RequestView, rights: ButtonRights): Button[] {
  const { state } = view;
  const value = requestValue(view);
  if (state === "pending" && rights.review.eligible) {
    return [
      button(ids.action.approve, "Approve", value, {
        style: "primary",
        label: labelFor("Approve", view),
        ...confirmCritical(view),
      }),
      button(ids.action.reject, "Reject", value, { style: "danger", label: labelFor("Reject", view) }),
      button(ids.action.details, "Review", value, { label: labelFor("Review", view) }),
    ];
  }
  if (state === "promoting" && rights.endAttempt) return [detailsButton(view), endAttemptButton(view)];
  const canCancel = (state === "approved" || state === "failed") && rights.cancel;
  return canCancel ? [detailsButton(view), cancelButton(view)] : [detailsButton(view)];
}

/** R5: tells the member whom a token named which token it was. */
function onBehalfBlocks({ onBehalf, through, state }: RequestView): KnownBlock[] {
  if (!onBehalf || through === null) return [];
  const token = escapeWithin(shortName(through), 300);
  const asked = `The token *${token}* asked for this in your name.`;
  return [context(canDisown(state) ? `${asked} If you did not ask for it, cancel it here.` : asked)];
}

/** Returns the buttons of the requester's own card, with *I did not ask for this* where a token named them (R5). */
function ownButtons(view: RequestView): Button[] {
  const buttons = requesterButtons(view);
  return view.onBehalf && canDisown(view.state) ? [...buttons, disownButton(view)] : buttons;
}

/** Returns whether a request can be cancelled by the member whom a token named. */
const canDisown = (state: RequestView["state"]): boolean =>
  state === "pending" || state === "approved" || state === "failed";

const disownButton = (view: RequestView): Button =>
  button(ids.action.disown, "I did not ask for this", requestValue(view), {
    style: "danger",
    label: `I did not ask for request ${view.number}`,
    confirm: confirmation({
      title: `Cancel #${view.number}?`,
      text: "The request is cancelled. Everyone who was asked to review it, and the owner of the token, are told that you did not ask for it.",
      confirm: "Cancel Request",
      deny: "Keep It",
      style: "danger",
    }),
  });

function requesterButtons(view: RequestView): Button[] {
  const { state } = view;
  const details = detailsButton(view);
  if (state === "pending") return [cancelButton(view), details];
  if (state === "approved" || state === "failed") {
    const verb = state === "approved" ? "Promote" : "Try Again";
    const promote = button(ids.action.promote, verb, requestValue(view), {
      style: "primary",
      label: labelFor(verb, view),
    });
    return [promote, cancelButton(view), details];
  }
  if (state === "promoting") return [details, endAttemptButton(view)];
  return state === "expired" ? [requestAgainButton(view), details] : [details];
}

const labelFor = (verb: string, { number }: Pick<RequestView, "number">): string =>
  `${verb} request ${number}`;

/** Returns the button that opens Review Details. */
export const detailsButton = (request: Identified): Button =>
  button(ids.action.details, "Details", requestValue(request), { label: labelFor("Details of", request) });

/** The number of a request, and its identity, which never repeats. */
type Identified = Pick<RequestView, "number" | "identity">;

const cancelButton = (view: RequestView): Button =>
  button(ids.action.cancel, "Cancel Request", requestValue(view), { label: labelFor("Cancel", view) });

/** Returns the button that asks for a reason to end the attempt in progress. */
export const endAttemptButton = (request: Identified): Button =>
  button(ids.action.endAttempt, "End Attempt", requestValue(request), {
    label: labelFor("End the attempt of", request),
  });

/** Returns the button that opens Request Approval with an expired request's integration, target, and message. */
export function requestAgainButton(request: Identified): Button {
  return button(ids.action.requestAgain, "Request Again", requestValue(request), {
    style: "primary",
    label: `Request again what request ${request.number} asked for`,
  });
}

/** For a critical target, the reviewer confirms the approval: the question names the target and the first caution. */
function confirmCritical(view: RequestView): Pick<Button, "confirm"> {
  if (!view.target.critical) return {};
  const { target, integration, build } = view;
  const what = `${shortName(integration.name)} ${shortName(build.version)}`;
  const slugs = [integration, target].flatMap(({ slug }) => slug ?? []);
  const words = `${what} may then be promoted to ${shortName(target.name)}. Short names: ${slugs.join(", ")}.`;
  const [caution] = requestRemarks(view).cautions;
  const warning = caution === undefined ? "" : `⚠️ ${cutTo(caution, Math.max(40, 295 - words.length))}. `;
  return {
    confirm: confirmation({
      title: `Approve for ${shortName(target.name)}?`,
      text: `${warning}${words}`,
      confirm: "Approve",
      deny: "Not yet",
    }),
  };
}
