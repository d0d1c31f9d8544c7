import * as cards from "../../../db/delivery/cards.ts";
import type { Context } from "../shared/context.ts";
import { removeMessages } from "./remove-messages.ts";

/**
 * Stores a card's message, what it shows, and the request version that it shows. If a click gave the card another message
 * in the meantime, that one is removed.
 *
 * @param card as it was read before it was drawn
 */
export async function saveCard(
  context: Context,
  card: Pick<cards.Card, "organizationId" | "id" | "ts">,
  drawn: cards.Drawn,
): Promise<void> {
  const { organizationId, id: cardId } = card;
  const before = await cards.saveDrawn(context.db, card, drawn);
  if (before === undefined || before.channel === null || before.ts === null) return;
  if (before.ts === card.ts || before.ts === drawn.ts) return;
  await removeMessages(context, organizationId, [{ channel: before.channel, ts: before.ts, cardId }]);
}
