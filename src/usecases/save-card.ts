import * as cards from "../../db/cards.ts";
import type { Context } from "./context.ts";

/** Remembers where a card stands and which version of its request it shows. */
export async function saveCard(
  context: Context,
  card: Pick<cards.Card, "organizationId" | "id">,
  drawn: Pick<cards.Card, "channel" | "ts" | "drawnVersion" | "lostReason">,
): Promise<void> {
  await cards.saveDrawn(context.db, card, drawn);
}
