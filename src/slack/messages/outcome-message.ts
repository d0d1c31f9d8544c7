import type { RequestEvent } from "../../domain/requests/notices.ts";
import { assertNever } from "../../domain/shared/result.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { actions, context, quoted, section } from "../blocks/blocks.ts";
import { factWords, type Outdated } from "../words/fact-words.ts";
import { link } from "../words/links.ts";
import { byWords, type NamesWho, shortName, withMentions } from "../words/names.ts";
import {
  boundWords,
  promotionWords,
  reasonHeading,
  stateWords,
  unknownWords,
} from "../words/request-words.ts";
import { escapeWithin, nameList } from "../words/text.ts";
import { detailsButton, type Message, requestAgainButton } from "./card.ts";

/** Returns the message that tells the requester an outcome. Their card shows the rest. */
export function outcomeMessage(view: RequestView, event: RequestEvent): Message {
  const text = escapeWithin(outcomeWords(view, event), 2900);
  const comment = commentOn(view, event);
  return {
    text,
    blocks: [
      section(
        withMentions((who) => outcomeWords(view, event, who), 2900),
        detailsButton(view),
      ),
      ...(comment === null ? [] : quoted(comment.heading, comment.text)),
      ...(event === "failed" && view.attempt?.link
        ? [context(link(view.attempt.link, "Look at the deployment"))]
        : []),
      ...(event === "expired" ? [actions([requestAgainButton(view)])] : []),
    ],
  };
}

function outcomeWords(view: RequestView, event: RequestEvent, who: NamesWho = byWords): string {
  const request = `#${view.number} ${promotionWords(view)}`;
  const target = shortName(view.target.name);
  const { decision } = view;
  const decider = decision === null ? "a reviewer" : who(decision.by);
  switch (event) {
    case "approved":
      return `✅ ${decider} approved ${request}. ${nextStep(view, event, who, `Press Promote on its card or in Details to bring it to ${target}.`)}`;
    case "rejected":
      return `⛔ ${decider} rejected ${request}.`;
    case "cancelled":
      return `🚫 ${request} was cancelled${cancelledBy(view, who)}.`;
    case "expired":
      return `⌛ ${request} expired: nobody ${decision === null ? "decided" : "promoted it"} in time. Request Again asks for what is live now.`;
    case "promoted":
      return `🎉 #${view.number} is promoted: ${shortName(view.integration.name)} ${shortName(view.build.version)} is live in ${target}.`;
    case "failed":
      return `⚠️ ${request}: ${failureWords(view, who)}. ${nextStep(view, event, who, "Try again or cancel it, on its card or in Details.")}`;
    case "requester-left":
      return `👋 ${shortName(view.requester.name)}, who requested ${request}, is no longer a full member of this workspace. ${unfinishedWords(view, who)}`;
    case "requested":
    case "reviewed":
    case "changed":
    case "outdated":
    case "reminder":
    case "promoting":
      return request;
    default:
      return assertNever(event);
  }
}

/** Returns what others can do with a request whose requester has left, or its current state. */
function unfinishedWords(view: RequestView, who: NamesWho): string {
  return view.state === "approved" || view.state === "failed"
    ? `It is ${view.state === "approved" ? "approved and not promoted yet" : "not promoted, because its last attempt did not succeed"}. Anyone who may request in ${shortName(view.project.name)} can promote or cancel it, in Details.`
    : `It stands like this now: ${stateWords(view, who)}.`;
}

/** Returns what to do next, or the current state: the message may have waited for hours while the request moved on. */
function nextStep(view: RequestView, event: "approved" | "failed", who: NamesWho, words: string): string {
  return view.state === event ? words : `It stands like this now: ${stateWords(view, who)}.`;
}

/** Only the last attempt is known, so of an earlier one the message cannot say which of the two happened. */
function failureWords({ state, attempt }: RequestView, who: NamesWho): string {
  if (state !== "failed") return "a deployment failed or went silent";
  return attempt?.unknown
    ? `${unknownWords(attempt, who)}, it may still be running`
    : "the deployment failed";
}

function cancelledBy({ cancelled }: RequestView, who: NamesWho): string {
  if (cancelled === null) return "";
  const replaced = cancelled.replacedBy === null ? "" : `, replaced by #${cancelled.replacedBy}`;
  return ` by ${who(cancelled.by)}${replaced}`;
}

function commentOn(view: RequestView, event: RequestEvent): { heading: string; text: string } | null {
  const { decision, cancelled, attempt } = view;
  if ((event === "approved" || event === "rejected") && decision?.comment)
    return { heading: byWords(decision.by), text: decision.comment };
  if (event === "cancelled" && cancelled?.reason)
    return { heading: byWords(cancelled.by), text: cancelled.reason };
  if (event === "failed" && attempt?.reason) return { heading: reasonHeading(attempt), text: attempt.reason };
  return null;
}

/**
 * Returns the message that approvals no longer count, because a bound fact changed (R7). It goes to the people who gave
 * them, and to the requester.
 *
 */
export function outdatedMessage(view: RequestView, outdated: Outdated, recipientId: string): Message {
  const text = escapeWithin(`⚠️ ${outdatedWords(view, outdated, recipientId)}`, 2900);
  return { text, blocks: [section(text, detailsButton(view))] };
}

/** Returns whose approvals no longer count, why, and what to do. */
export function outdatedWords(
  view: RequestView,
  { reviews, changes }: Outdated,
  recipientId: string,
): string {
  const own = reviews.some(({ reviewer }) => reviewer.id === recipientId);
  const names = nameList(reviews.map(({ reviewer }) => shortName(reviewer.name)));
  const whose = own ? "Your approval of" : `The approval by ${names} of`;
  const next = own
    ? "Check the request as it is now, and review it again."
    : "They were asked to review it again.";
  const why =
    changes.length === 0
      ? ", because a name, the deployer, or whether the target is critical has changed since."
      : `. ${changes.map(factWords).join(" ")}`;
  return `${whose} #${view.number} no longer counts${why} The request is now for ${boundWords(view)}. ${next}`;
}
