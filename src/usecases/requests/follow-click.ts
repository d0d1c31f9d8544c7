import * as cards from "../../../db/delivery/cards.ts";
import * as requests from "../../../db/requests/requests.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { adoptCard, isCardMessage } from "../delivery/adopt-card.ts";
import { removeMessages } from "../delivery/remove-messages.ts";
import { cardItem } from "../delivery/tell-change.ts";
import { type Context, transact } from "../shared/context.ts";
import { skipNumber } from "./skip-number.ts";

/** A message about a request that somebody clicked, as its buttons and Slack describe it. */
export type ClickedMessage = {
  organizationId: string;
  /** The ID of its card or, for another message, the request's identity; null on messages of earlier versions. */
  id: string | null;
  /** Whether it is a card, and not a message that only leads to the request. */
  isCard: boolean;
  number: number;
  channel: string;
  ts: string;
};

/**
 * Follows a click on a message. A card whose message was lost is adopted. A card that the database does not know is
 * removed: its request was lost with the database, and the next requests begin after its number.
 *
 * @param outdated whether the message does not show its request as it is: the card is drawn again
 */
export async function followClick(
  context: Context,
  clicked: ClickedMessage,
  outdated: boolean,
): Promise<void> {
  const { organizationId, id, isCard, number, channel, ts } = clicked;
  const card = id === null ? undefined : await cards.find(context.db, organizationId, id);
  if (id !== null && card !== undefined && card.requestNumber === number) {
    if (!isCardMessage(card, clicked)) await adoptCard(context, { organizationId, id, number, channel, ts });
    if (outdated) await redraw(context, card);
    return;
  }
  if ((await requests.find(context.db, organizationId, number)) === undefined) {
    await skipNumber(context, organizationId, number);
  }
  if (card !== undefined && isCardMessage(card, clicked)) return redraw(context, card);
  if (isCard && (id !== null || outdated)) {
    await removeMessages(context, organizationId, [{ channel, ts, cardId: null }]);
  }
}

/** Draws a card again, even if it was drawn like this before: what Slack shows is not what the database says. */
async function redraw(context: Context, card: cards.Card): Promise<void> {
  const { organizationId, id, requestNumber } = card;
  await transact(context, async (tx) => {
    await cards.forgetDrawn(tx, organizationId, id);
    await reopenItems(tx, [cardItem(card, organizationId, requestNumber)]);
  });
}
