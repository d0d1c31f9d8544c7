import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { adminMessage } from "../../slack/messages/admin-message.ts";
import { type SlackDelivery, sendToPerson } from "./slack-delivery.ts";

/** Sends a warning to one admin. Sends nothing if all of it was fixed in the meantime. */
export async function sendAdminMessage(
  deps: SlackDelivery,
  item: Item<Payload<"send-admin-message">>,
): Promise<Outcome> {
  const { db, now } = deps.context;
  const { recipientId, subjects } = item.payload;
  const message = adminMessage(await getWarnings(db, item.organizationId, subjects, now()));
  return message === null ? { kind: "done" } : sendToPerson(deps, item, recipientId, message);
}
