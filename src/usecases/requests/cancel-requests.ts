import type { Payload } from "../../outbox/items.ts";
import type { Context } from "../shared/context.ts";
import { cancelPromotion } from "./cancel-promotion.ts";

/**
 * R10: cancels these requests one by one, each in a transaction of its own and by the rule that holds for one. What
 * cannot be cancelled any more, for instance because it is being promoted, is left as it is. Doing it twice adds nothing.
 */
export async function cancelRequests(
  context: Context,
  organizationId: string,
  { numbers, actor, surface, reason }: Payload<"cancel-requests">,
): Promise<void> {
  for (const number of numbers) {
    await cancelPromotion(context, { organizationId, number, actor, surface, reason });
  }
}
