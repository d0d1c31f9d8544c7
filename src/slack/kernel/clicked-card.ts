import type { BlockAction } from "@slack/bolt";
import { adoptCard } from "../../usecases/delivery/adopt-card.ts";
import { readCardValue } from "../messages/card-value.ts";
import type { SlackDeps } from "./deps.ts";

/** The card on which somebody clicked, as its button names it, and where its message stands. */
export type ClickedCard = { id: string; number: number; channel: string; ts: string };

/**
 * Takes a button's value apart.
 *
 * @returns the value for whoever carries the click out, and the card if the button stands on one in a message
 */
export function readCard(value: string, body: BlockAction): { value: string; card: ClickedCard | null } {
  const { number, cardId } = readCardValue(value);
  const { channel, message } = body;
  if (cardId === null || channel === undefined || message === undefined) return { value: number, card: null };
  return { value: number, card: { id: cardId, number: Number(number), channel: channel.id, ts: message.ts } };
}

/** Once the click is answered: a message that we did not know becomes the card's, or is taken away. Never throws. */
export async function adoptClicked(
  { context, log }: SlackDeps,
  organizationId: string,
  card: ClickedCard | null,
): Promise<void> {
  if (card === null) return;
  try {
    await adoptCard(context, { organizationId, ...card });
  } catch (error) {
    log.warn({ err: error, number: card.number }, "whether a card is known could not be looked up");
  }
}
