import type { Payload } from "../../outbox/items.ts";
import type { Context } from "../shared/context.ts";
import { cancelPromotion } from "./cancel-promotion.ts";

/**
 * R10: cancels these requests one by one, each in its own transaction, for an admin who confirmed it, whatever became of
 * their role since. Skips those that can no longer be cancelled, for instance because they are being promoted. Repeating
 * it changes nothing.
 */
export async function cancelRequests(
  context: Context,
  organizationId: string,
  { numbers, actor, surface, reason }: Payload<"cancel-requests">,
): Promise<void> {
  for (const number of numbers) {
    const by = { organizationId, actor, surface };
    await cancelPromotion(context, { ...by, number, reason, confirmedAsAdmin: true });
  }
}
