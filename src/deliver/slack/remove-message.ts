import type { Outcome } from "../../domain/delivery/outcome.ts";
import { slackErrorClass } from "../../lib/slack-error.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { getCard, isBeingDrawn } from "../../queries/delivery/get-card.ts";
import type { SlackDelivery } from "./slack-delivery.ts";
import { slackFault } from "./slack-fault.ts";

/** The wait while the message's card is being drawn, in milliseconds: the card may move into the message. */
const whileDrawnMs = 1_000;

/** Deletes a message that duplicates another one. Keeps it if it became its card's own message in the meantime. */
export async function removeMessage(
  { context: { db }, clientFor }: SlackDelivery,
  item: Item<Payload<"remove-message">>,
): Promise<Outcome> {
  const { organizationId } = item;
  const { channel, ts, cardId } = item.payload;
  if (cardId !== null) {
    if (await isBeingDrawn(db, organizationId, cardId)) return { kind: "later", afterMs: whileDrawnMs };
    const card = await getCard(db, organizationId, cardId);
    if (card === undefined || (card.channel === channel && card.ts === ts)) return { kind: "done" };
  }
  try {
    await clientFor(organizationId).chat.delete({ channel, ts });
    return { kind: "done" };
  } catch (error) {
    // The message is already gone, or must stay.
    return slackErrorClass(error) === "message" ? { kind: "done" } : slackFault(error);
  }
}
