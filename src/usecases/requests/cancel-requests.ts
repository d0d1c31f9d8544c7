import type { Actor, Surface } from "../../domain/shared/actor.ts";
import type { Context } from "../shared/context.ts";
import { cancelPromotion } from "./cancel-promotion.ts";

/** What `cancel-requests` items carry. */
export type CancelRequests = { numbers: readonly number[]; actor: Actor; surface: Surface; reason: string };

/**
 * R10: cancels these requests one by one, each in a transaction of its own and by the rule that holds for one. What
 * cannot be cancelled any more, for instance because it is being promoted, is left as it is. Doing it twice adds nothing.
 */
export async function cancelRequests(
  context: Context,
  organizationId: string,
  { numbers, actor, surface, reason }: CancelRequests,
): Promise<void> {
  for (const number of numbers) {
    await cancelPromotion(context, { organizationId, number, actor, surface, reason });
  }
}
