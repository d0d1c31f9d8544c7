import type { KnownBlock } from "@slack/types";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { ids } from "../kernel/ids.ts";
import { escapeWithin, link, mrkdwn } from "../words/text.ts";
import { byWords, reasonHeading, shortName, stateWords, whatWords } from "../words/words.ts";
import { button, type Message, requestAgainButton } from "./card.ts";
import { context, quoted } from "./details.ts";

/** The message that notifies the requester of an outcome; their card beside it has the rest. */
export function outcomeMessage(view: RequestView, event: RequestEvent): Message {
  const text = escapeWithin(sentence(view, event), 2900);
  const said = comment(view, event);
  const blocks: KnownBlock[] = [
    {
      type: "section",
      text: mrkdwn(text),
      accessory: button(ids.action.details, "Details", view.number, {
        accessibility_label: `Details of request ${view.number}`,
      }),
    },
    ...(said === null ? [] : quoted(said.from, said.text)),
    ...(event === "failed" && view.attempt?.link
      ? [context(link(view.attempt.link, "Look at the deployment"))]
      : []),
    ...(event === "expired"
      ? [{ type: "actions" as const, elements: [requestAgainButton(view.number)] }]
      : []),
  ];
  return { text, blocks };
}

function sentence(view: RequestView, event: RequestEvent): string {
  const what = `#${view.number} ${whatWords(view)}`;
  const target = shortName(view.target.name);
  const { decision, cancelled } = view;
  const decider = decision === null ? "a reviewer" : byWords(decision.by);
  switch (event) {
    case "approved":
      return `✅ ${decider} approved ${what}. ${next(view, event, `Press Promote on its card or in Details to bring it to ${target}.`)}`;
    case "rejected":
      return `⛔ ${decider} rejected ${what}.`;
    case "cancelled":
      return `🚫 ${what} was cancelled${cancelled === null ? "" : ` by ${byWords(cancelled.by)}`}${replaced(view)}.`;
    case "expired":
      return `⌛ ${what} expired: nobody ${decision === null ? "decided" : "promoted it"} in time. Request Again asks for what is live now.`;
    case "promoted":
      return `🎉 #${view.number} is promoted: ${shortName(view.integration.name)} ${shortName(view.build.version)} is live in ${target}.`;
    case "failed":
      return `⚠️ ${what}: ${failure(view)}. ${next(view, event, "Try again or cancel it, on its card or in Details.")}`;
    default:
      return what;
  }
}

/** What to do about it, or how it stands where it has moved on: the message may have waited for hours. */
function next(view: RequestView, event: "approved" | "failed", words: string): string {
  return view.state === event ? words : `It stands like this now: ${stateWords(view)}.`;
}

/** Of which kind it was is known of the last attempt only. */
function failure({ state, attempt }: RequestView): string {
  if (state !== "failed") return "a deployment failed or went silent";
  return attempt?.unknown ? "the deployment went silent, it may still be running" : "the deployment failed";
}

function replaced({ cancelled }: RequestView): string {
  return cancelled === null || cancelled.replacedBy === null ? "" : `, replaced by #${cancelled.replacedBy}`;
}

function comment(view: RequestView, event: RequestEvent): { from: string; text: string } | null {
  const { decision, cancelled, attempt } = view;
  if ((event === "approved" || event === "rejected") && decision?.comment) {
    return { from: byWords(decision.by), text: decision.comment };
  }
  if (event === "cancelled" && cancelled?.reason)
    return { from: byWords(cancelled.by), text: cancelled.reason };
  if (event === "failed" && attempt?.reason) return { from: reasonHeading(attempt), text: attempt.reason };
  return null;
}
