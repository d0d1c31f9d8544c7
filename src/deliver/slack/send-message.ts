import { whyNoAccess } from "../../domain/delivery/delivery-coverage.ts";
import { notNeeded, type Outcome } from "../../domain/delivery/outcome.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getMember } from "../../queries/people/get-member.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { outcomeMessage, outdatedMessage } from "../../slack/messages/outcome-message.ts";
import { outdatedApprovals } from "../../slack/words/fact-words.ts";
import { isOver, readReminder } from "./reminders.ts";
import { type SlackDelivery, sendToPerson } from "./slack-delivery.ts";

/** Sends one notice as a new message, because Slack does not notify anyone of an updated card. */
export async function sendMessage(
  deps: SlackDelivery,
  item: Item<Payload<"send-message">>,
): Promise<Outcome> {
  const { db, now } = deps.context;
  const { number, event, recipientId, reminder } = item.payload;
  const view = await getRequest(db, item.organizationId, number, now());
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  if (isOver(item.payload, view)) return notNeeded(item);
  const recipient = await getMember(db, item.organizationId, recipientId);
  const noAccess = whyNoAccess(recipient?.status);
  if (noAccess !== null) return { kind: "done", reason: noAccess };
  const outdated = outdatedApprovals(view, item.payload);
  if (event === "outdated" && outdated.reviews.length === 0) return notNeeded(item);
  const message = reminder
    ? await readReminder(db, view, reminder, recipientId)
    : event === "outdated"
      ? outdatedMessage(view, outdated, recipientId)
      : outcomeMessage(view, event);
  return sendToPerson(deps, item, recipientId, message);
}
