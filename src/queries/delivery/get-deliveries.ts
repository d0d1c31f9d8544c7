import type { Db } from "../../../db/connection/connect.ts";
import * as stored from "../../../db/delivery/deliveries.ts";

export type { Counts, Delivery } from "../../../db/delivery/deliveries.ts";

/** The deliveries of a request: at most 100 of them, failed ones first, and the counts of all. */
export type DeliveriesView = {
  number: number;
  deliveries: stored.Delivery[];
  counts: stored.Counts;
  at: Date;
};

/** How many deliveries the modal lists. */
const listed = 100;

export async function getDeliveries(
  db: Db,
  organizationId: string,
  number: number,
  now: Date,
): Promise<DeliveriesView> {
  return { number, at: now, ...(await stored.listOf(db, organizationId, number, listed)) };
}
