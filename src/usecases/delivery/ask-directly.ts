import * as cards from "../../../db/delivery/cards.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { accept } from "../../domain/shared/result.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, commit } from "../shared/context.ts";
import { cardItem } from "./tell-change.ts";

/** Gives reviewers whom the card in a channel does not reach a card of their own. Doing it twice adds nothing. */
export async function askDirectly(
  context: Context,
  organizationId: string,
  requestNumber: number,
  reviewerIds: readonly MemberId[],
): Promise<void> {
  await commit(context, async (tx) => {
    await cards.ensure(tx, organizationId, requestNumber, "review", reviewerIds);
    const all = await cards.listOf(tx, organizationId, requestNumber);
    // The requester's card says whom nothing reached: whom it is tried again for it says nothing of.
    const theirs = all.filter(
      ({ kind, recipientId }) => kind === "own" || (kind === "review" && reviewerIds.includes(recipientId)),
    );
    await reopenItems(
      tx,
      theirs.map((card) => cardItem(card, organizationId, requestNumber)),
    );
    return accept(null);
  });
}
