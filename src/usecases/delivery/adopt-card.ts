import * as cards from "../../../db/delivery/cards.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { addRemovals } from "./remove-messages.ts";
import { cardItem } from "./tell-change.ts";

/** A card's message that somebody clicked, with the card and request that its buttons name. */
type ClickedMessage = { organizationId: string; id: string; number: number; channel: string; ts: string };

/**
 * Corrects a card's stored message from a click. If none is stored, because Slack's response to the post was lost, the
 * clicked message becomes the card's and is redrawn. If another one is stored, the clicked one is a copy and is removed.
 */
export async function adoptCard(context: Context, clicked: ClickedMessage): Promise<void> {
  const { organizationId, id, number, channel, ts } = clicked;
  const stored = await cards.find(context.db, organizationId, id);
  if (stored === undefined || stored.requestNumber !== number || isCardMessage(stored, clicked)) return;
  await transact(context, async (tx) => {
    const card = await cards.lock(tx, organizationId, id);
    if (card === undefined || isCardMessage(card, clicked) || cannotBeCard(card, clicked)) return;
    if (card.ts !== null && card.lostReason === null) {
      await addRemovals(tx, organizationId, [{ channel, ts, cardId: id }]);
      return;
    }
    const drawn = { channel, ts, drawnVersion: null, drawnDigest: null, lostReason: null };
    await cards.saveDrawn(tx, card, drawn);
    await reopenItems(tx, [cardItem(card, organizationId, number)]);
  });
}

/** Returns whether the clicked message is the one that is stored. */
export const isCardMessage = (
  card: cards.Card,
  { channel, ts }: Pick<ClickedMessage, "channel" | "ts">,
): boolean => card.channel === channel && card.ts === ts;

/** A channel's card can only be in that channel. Once given up it stays so, because the reviewers have their own. */
const cannotBeCard = (card: cards.Card, { channel }: ClickedMessage): boolean =>
  card.kind === "channel" && (card.recipientId !== channel || card.lostReason !== null);
