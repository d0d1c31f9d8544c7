import * as cards from "../../../db/delivery/cards.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import { type Context, transact } from "../shared/context.ts";
import { cardItem } from "./tell-change.ts";

/** Gives cards of their own to reviewers whom a channel's card does not reach. Safe to repeat. */
export async function askReviewersDirectly(
  context: Context,
  organizationId: string,
  requestNumber: number,
  reviewerIds: readonly MemberId[],
): Promise<void> {
  await transact(context, async (tx) => {
    await cards.ensure(tx, organizationId, requestNumber, "review", reviewerIds);
    const all = await cards.listOf(tx, organizationId, requestNumber);
    // The requester's card is redrawn too: it lists the reviewers who were not reached.
    const affected = all.filter(
      ({ kind, recipientId }) => kind === "own" || (kind === "review" && reviewerIds.includes(recipientId)),
    );
    await reopenItems(
      tx,
      affected.map((card) => cardItem(card, organizationId, requestNumber)),
    );
  });
}
