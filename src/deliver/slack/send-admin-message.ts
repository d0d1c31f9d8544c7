import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getSettingsDigest } from "../../queries/delivery/get-settings-digest.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { getTokenOffer } from "../../queries/tokens/get-token-offer.ts";
import { adminMessage } from "../../slack/messages/admin-message.ts";
import { digestMessage } from "../../slack/messages/digest-message.ts";
import { tokenOfferMessage } from "../../slack/messages/token-offer-message.ts";
import { type SlackDelivery, sendToPerson } from "./slack-delivery.ts";

/**
 * Sends a warning or a digest to one admin, or the offer of a token to one member. Sends nothing of a warning if all of it
 * was fixed in the meantime, and no offer that no longer holds.
 */
export async function sendAdminMessage(
  deps: SlackDelivery,
  item: Item<Payload<"send-admin-message">>,
): Promise<Outcome> {
  const { db, now } = deps.context;
  const { organizationId, payload } = item;
  const { recipientId } = payload;
  if ("offer" in payload) {
    const offer = await getTokenOffer(db, organizationId, payload.offer, recipientId);
    return offer === undefined
      ? { kind: "done" }
      : sendToPerson(deps, item, recipientId, tokenOfferMessage(offer));
  }
  const message =
    "digest" in payload
      ? digestMessage(await getSettingsDigest(db, organizationId, payload))
      : adminMessage(await getWarnings(db, organizationId, payload.subjects, now()));
  return message === null ? { kind: "done" } : sendToPerson(deps, item, recipientId, message);
}
