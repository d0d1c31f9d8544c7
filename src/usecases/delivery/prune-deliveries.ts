import { removeSettled } from "../../../db/delivery/outbox-settled.ts";
import { deliveryRetentionMs } from "../../domain/delivery/retention.ts";
import type { Context } from "../shared/context.ts";

/** The scheduled job: forgets deliveries of long ago, at most so many. The audit log keeps what happened. Answers how many. */
export function forgetDeliveries({ db, now }: Context, limit: number): Promise<number> {
  return removeSettled(db, new Date(now().getTime() - deliveryRetentionMs), limit);
}
