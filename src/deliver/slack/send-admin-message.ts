import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getSettingsDigest } from "../../queries/delivery/get-settings-digest.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { adminMessage } from "../../slack/messages/admin-message.ts";
import { digestMessage } from "../../slack/messages/digest-message.ts";
import { type SlackDelivery, sendToPerson } from "./slack-delivery.ts";

/** Sends a warning or a digest to one admin. Sends nothing of a warning if all of it was fixed in the meantime. */
export async function sendAdminMessage(
  deps: SlackDelivery,
  item: Item<Payload<"send-admin-message">>,
): Promise<Outcome> {
  const { db, now } = deps.context;
  const { organizationId, payload } = item;
  const { recipientId } = payload;
  const message =
    "digest" in payload
      ? digestMessage(await getSettingsDigest(db, organizationId, payload))
      : adminMessage(await getWarnings(db, organizationId, payload.subjects, now()));
  return message === null ? { kind: "done" } : sendToPerson(deps, item, recipientId, message);
}
