import type { RemindedState } from "../../domain/requests/reminder.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { ids } from "../kernel/ids.ts";
import { escapeWithin, link, moment, mrkdwn } from "../words/text.ts";
import { byWords, shortName, whatWords } from "../words/words.ts";
import { button, type Message } from "./card.ts";
import { context } from "./details.ts";

/**
 * R11: the message that notifies somebody that a request runs out soon: a reviewer while it waits, its requester when
 * it is approved or failed.
 *
 * @param state which of them it is; the view may be read later, when it is another
 * @param cardAddress where the reader's card is; undefined where none was posted to them
 */
export function reminderMessage(
  view: RequestView,
  state: RemindedState,
  cardAddress: string | undefined,
): Message {
  const { number } = view;
  const { headline, what } = words(view, state);
  const verb = state === "pending" ? "Review" : "Details";
  const text = `*${escapeWithin(headline, 300)}*\n${escapeWithin(what, 2000)}`;
  return {
    text: escapeWithin(`⏰ ${headline}. ${what}`, 2900),
    blocks: [
      {
        type: "section",
        text: mrkdwn(`⏰ ${text}`),
        accessory: button(ids.action.details, verb, number, {
          accessibility_label: `${state === "pending" ? "Review" : "Details of"} request ${number}`,
          ...(state === "pending" ? { style: "primary" } : {}),
        }),
      },
      context(times(view, state, cardAddress)),
    ],
  };
}

function words(view: RequestView, state: RemindedState): { headline: string; what: string } {
  const { number, requester, decision, attempt } = view;
  const what = whatWords(view);
  switch (state) {
    case "pending":
      return {
        headline: `#${number} still waits for your review`,
        what: `${shortName(requester.name)} asks to promote ${what}.`,
      };
    case "approved":
      return {
        headline: `#${number} is approved and not promoted yet`,
        what: `${what}${decision === null ? "" : `, approved by ${byWords(decision.by)}`}. Press Promote on its card, or cancel it.`,
      };
    case "failed":
      return {
        headline: `#${number} is not finished`,
        what: `${what}: ${attempt?.unknown ? "the deployment went silent" : "the deployment failed"}. Try again or cancel on its card.`,
      };
    default:
      return assertNever(state);
  }
}

/** Since when, until when, and how far it is; each moment in the reader's own time zone. */
function times(view: RequestView, state: RemindedState, cardAddress: string | undefined): string {
  const { approvals, createdAt, expiresAt } = view;
  const given =
    state === "pending" && approvals.required > 1
      ? [`${approvals.given} of ${approvals.required} approvals`]
      : [];
  return [
    `Asked ${moment(createdAt)}`,
    ...(expiresAt === null ? [] : [`*expires ${moment(expiresAt)}*`]),
    ...given,
    ...(cardAddress === undefined ? [] : [link(cardAddress, "Open the card")]),
  ].join(" · ");
}
