import type { RemindedState } from "../../domain/requests/reminder.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { button, context, section } from "../blocks/blocks.ts";
import { ids } from "../kernel/ids.ts";
import { ownLink } from "../words/links.ts";
import { byWords, type NamesWho, shortName, withMentions } from "../words/names.ts";
import { promotionWords, unknownWords } from "../words/request-words.ts";
import { escapeWithin, moment } from "../words/text.ts";
import { detailsButton, type Message } from "./card.ts";
import { requestValue } from "./card-value.ts";

/**
 * Returns the message that a request expires soon (R11). It goes to a reviewer of a pending request, or to the requester
 * of an approved or failed one.
 *
 * @param state the state that the reminder is about; the request may have moved on since
 * @param cardAddress the address of the reader's card; undefined if they have none
 */
export function reminderMessage(
  view: RequestView,
  state: RemindedState,
  cardAddress: string | undefined,
): Message {
  const { headline, text } = reminderWords(view, state, byWords);
  const mentioned = withMentions((who) => reminderWords(view, state, who).text, 2000);
  const words = `*${escapeWithin(headline, 300)}*\n${mentioned}`;
  return {
    text: escapeWithin(`⏰ ${headline}. ${text}`, 2900),
    blocks: [
      section(`⏰ ${words}`, state === "pending" ? reviewButton(view) : detailsButton(view)),
      context(timesLine(view, state, cardAddress)),
    ],
  };
}

const reviewButton = (view: RequestView) =>
  button(ids.action.details, "Review", requestValue(view), {
    label: `Review request ${view.number}`,
    style: "primary",
  });

/** @param who names people: in a block by mention, in the text of the message by name */
function reminderWords(
  view: RequestView,
  state: RemindedState,
  who: NamesWho,
): { headline: string; text: string } {
  const { number, requester, decision, attempt } = view;
  const promotion = promotionWords(view);
  switch (state) {
    case "pending":
      return {
        headline: `#${number} still waits for your review`,
        text: `${shortName(requester.name)} asks to promote ${promotion}.`,
      };
    case "approved":
      return {
        headline: `#${number} is approved and not promoted yet`,
        text: `${promotion}${decision === null ? "" : `, approved by ${who(decision.by)}`}. Press Promote on its card, or cancel it.`,
      };
    case "failed":
      return {
        headline: `#${number} is not finished`,
        text: `${promotion}: ${attempt?.unknown ? unknownWords(attempt, who) : "the deployment failed"}. Try again or cancel on its card.`,
      };
    default:
      return assertNever(state);
  }
}

/** Returns when it was requested, when it expires, its approvals so far, and a link to the reader's card. */
function timesLine(view: RequestView, state: RemindedState, cardAddress: string | undefined): string {
  const { approvals, createdAt, expiresAt } = view;
  const approvalCount =
    state === "pending" && approvals.required > 1
      ? [`${approvals.given} of ${approvals.required} approvals`]
      : [];
  return [
    `Asked ${moment(createdAt)}`,
    ...(expiresAt === null ? [] : [`*expires ${moment(expiresAt)}*`]),
    ...approvalCount,
    ...(cardAddress === undefined ? [] : [ownLink(cardAddress, "Open the card")]),
  ].join(" · ");
}
