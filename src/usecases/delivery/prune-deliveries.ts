import { removeSettled } from "../../../db/delivery/outbox-prune.ts";
import { deliveryRetentionMs } from "../../domain/delivery/retention.ts";
import type { Context } from "../shared/context.ts";

/** The scheduled job: removes deliveries past their retention, at most `limit`. Returns how many it removed. */
export function pruneDeliveries({ db, now }: Context, limit: number): Promise<number> {
  return removeSettled(db, new Date(now().getTime() - deliveryRetentionMs), limit);
}
