import type { Tx } from "../../../db/connection/connect.ts";
import * as cards from "../../../db/delivery/cards.ts";
import * as deliveries from "../../../db/delivery/deliveries.ts";
import * as requests from "../../../db/requests/requests.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { type Context, transact } from "../shared/context.ts";
import { cardItem } from "./tell-change.ts";

/** The payload of an item that could not be delivered: a card, or a notice. */
type Undelivered = Payload<"draw-card" | "send-message" | "send-email">;

/** A dead item is settled shortly after it is reported; the requester's card is updated after that, in milliseconds. */
const settledWithinMs = 500;

/** Reports a card or notice that will not arrive. If it asked for a review, the requester's card will say who was not reached. */
export async function reportUndelivered(
  context: Context,
  organizationId: string,
  undelivered: Undelivered,
): Promise<void> {
  await transact(context, async (tx) => {
    const number = await requestToReview(tx, organizationId, undelivered);
    if (number === null) return;
    await reopenItems(tx, [
      { organizationId, kind: "follow-reach", payload: { number }, afterMs: settledWithinMs },
    ]);
  });
}

/** Returns the request whose review it asked for. Null if it was about something else, or the card had been posted. */
async function requestToReview(
  tx: Tx,
  organizationId: string,
  undelivered: Undelivered,
): Promise<number | null> {
  if ("event" in undelivered) {
    const { event, number } = undelivered;
    return event === "requested" || event === "reminder" ? number : null;
  }
  const card = await cards.find(tx, organizationId, undelivered.cardId);
  return card?.kind === "review" && card.ts === null ? card.requestNumber : null;
}

/**
 * Redraws the requester's card with the current delivery coverage of a pending request.
 *
 * @returns whether deliveries to somebody are still being tried, so that this must run again
 */
export async function followCoverage(
  context: Context,
  organizationId: string,
  number: number,
): Promise<{ trying: boolean }> {
  return transact(context, async (tx) => {
    const request = await requests.find(tx, organizationId, number);
    if (request?.state.name !== "pending") return { trying: false };
    const recipients = await deliveries.listRecipientStatuses(tx, organizationId, number);
    const own = (await cards.listOf(tx, organizationId, number)).filter(({ kind }) => kind === "own");
    await reopenItems(
      tx,
      own.map((card) => cardItem(card, organizationId, number, 1)),
    );
    return { trying: recipients.some(({ reached, failed }) => !reached && !failed) };
  });
}
