import * as cards from "../../../db/delivery/cards.ts";
import type { Context } from "../shared/context.ts";
import { removeMessages } from "./remove-messages.ts";

/**
 * Remembers where a card stands, what it shows and which version of its request that is. Where a click told of another
 * message while this one was posted, that other one is taken away.
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
