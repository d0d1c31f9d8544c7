import { removeSettled } from "../../db/outbox-settled.ts";
import { deliveriesKeptMs } from "../domain/kept.ts";
import type { Context } from "./context.ts";

/** The scheduled job: forgets deliveries of long ago, at most so many. The audit log keeps what happened. Answers how many. */
export function forgetDeliveries({ db, now }: Context, limit: number): Promise<number> {
  return removeSettled(db, new Date(now().getTime() - deliveriesKeptMs), limit);
}
