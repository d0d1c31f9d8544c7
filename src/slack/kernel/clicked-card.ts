import type { BlockAction } from "@slack/bolt";
import { adoptCard } from "../../usecases/delivery/adopt-card.ts";
import { readCardValue } from "../messages/card-value.ts";
import type { SlackDeps } from "./deps.ts";

/** The card whose button was clicked: its id, its request's number, and its message. */
export type ClickedCard = { id: string; number: number; channel: string; ts: string };

/** Splits a button's value into the value for the listener, and the card if the button is on one in a message. */
export function readCard(value: string, body: BlockAction): { value: string; card: ClickedCard | null } {
  const { number, cardId } = readCardValue(value);
  const { channel, message } = body;
  if (cardId === null || channel === undefined || message === undefined) return { value: number, card: null };
  return { value: number, card: { id: cardId, number: Number(number), channel: channel.id, ts: message.ts } };
}

/**
 * Makes the clicked message the card's own if none is stored, or has it removed if another one is. Runs after the click
 * is answered. Never rejects.
 */
export async function adoptClicked(
  { context, log }: SlackDeps,
  organizationId: string,
  card: ClickedCard | null,
): Promise<void> {
  if (card === null) return;
  try {
    await adoptCard(context, { organizationId, ...card });
  } catch (error) {
    log.warn({ err: error, number: card.number }, "A clicked card could not be looked up");
  }
}
