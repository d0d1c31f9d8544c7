import type { Tx } from "../../../db/connection/connect.ts";
import * as cards from "../../../db/delivery/cards.ts";
import * as deliveries from "../../../db/delivery/deliveries.ts";
import * as requests from "../../../db/requests/requests.ts";
import { accept } from "../../domain/shared/result.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Payload } from "../../outbox/items.ts";
import { type Context, commit } from "../shared/context.ts";
import { cardItem } from "./tell-change.ts";

/** The payload of an item that could not be delivered: a card, or a notice. */
type Undelivered = Payload<"draw-card" | "send-message" | "send-email">;

/** A delivery that is reported dead is settled just after that: it is looked at then. */
const settledWithinMs = 500;

/**
 * A card or a notice will not arrive. Where it asked for a review, the requester's card is to say whom nothing reached.
 *
 * @param lost what its outbox item carries
 */
export async function reportUndelivered(
  context: Context,
  organizationId: string,
  lost: Undelivered,
): Promise<void> {
  await commit(context, async (tx) => {
    const number = await askedFor(tx, organizationId, lost);
    if (number === null) return accept(null);
    await reopenItems(tx, [
      { organizationId, kind: "follow-reach", payload: { number }, afterMs: settledWithinMs },
    ]);
    return accept(null);
  });
}

/** The request for whose review it asked; null where it told of something else, or had arrived before. */
async function askedFor(tx: Tx, organizationId: string, lost: Undelivered): Promise<number | null> {
  if ("event" in lost) return lost.event === "requested" || lost.event === "reminder" ? lost.number : null;
  const card = await cards.find(tx, organizationId, lost.cardId);
  return card?.kind === "review" && card.ts === null ? card.requestNumber : null;
}

/**
 * Has the requester's own card drawn as its reviewers are reached now.
 *
 * @returns whether somebody is still being tried, so that it will have to be drawn again
 */
export async function followCoverage(
  context: Context,
  organizationId: string,
  number: number,
): Promise<{ trying: boolean }> {
  let trying = false;
  await commit(context, async (tx) => {
    const request = await requests.find(tx, organizationId, number);
    if (request?.state.name !== "pending") return accept(null);
    const told = await deliveries.listRecipientStatuses(tx, organizationId, number);
    trying = told.some(({ reached, failed }) => !reached && !failed);
    const own = (await cards.listOf(tx, organizationId, number)).filter(({ kind }) => kind === "own");
    await reopenItems(
      tx,
      own.map((card) => cardItem(card, organizationId, number, 1)),
    );
    return accept(null);
  });
  return { trying };
}
