import * as cards from "../../../db/delivery/cards.ts";
import { accept } from "../../domain/shared/result.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, commit } from "../shared/context.ts";
import { addRemovals } from "./remove-messages.ts";
import { cardItem } from "./tell-change.ts";

/** A message on which somebody clicked: the card that it says it is, its request, and where it stands. */
type Clicked = { organizationId: string; id: string; number: number; channel: string; ts: string };

/**
 * A click tells where a card's message stands. Where no message of the card is known, because Slack's answer to the
 * posting was lost, this one becomes the card's and is drawn as its request is now. Where another one is, this one is an
 * extra copy and is taken away.
 */
export async function adoptCard(context: Context, clicked: Clicked): Promise<void> {
  const { organizationId, id, number, channel, ts } = clicked;
  const known = await cards.find(context.db, organizationId, id);
  if (known === undefined || known.requestNumber !== number || isCard(known, clicked)) return;
  await commit(context, async (tx) => {
    const card = await cards.lock(tx, organizationId, id);
    if (card === undefined || isCard(card, clicked) || isElsewhere(card, clicked)) return accept(null);
    if (card.ts !== null && card.lostReason === null) {
      await addRemovals(tx, organizationId, [{ channel, ts, cardId: id }]);
      return accept(null);
    }
    const drawn = { channel, ts, drawnVersion: null, drawnDigest: null, lostReason: null };
    await cards.saveDrawn(tx, card, drawn);
    await reopenItems(tx, [cardItem(card, organizationId, number)]);
    return accept(null);
  });
}

const isCard = (card: cards.Card, { channel, ts }: Clicked): boolean =>
  card.channel === channel && card.ts === ts;

/** A channel's card is in that channel and nowhere else, and one that was given up stays so: reviewers have their own. */
const isElsewhere = (card: cards.Card, { channel }: Clicked): boolean =>
  card.kind === "channel" && (card.recipientId !== channel || card.lostReason !== null);
