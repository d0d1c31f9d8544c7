import type { Db } from "../../../db/connection/connect.ts";
import * as ledger from "../../../db/delivery/deliveries.ts";

export type { Counts, Delivery } from "../../../db/delivery/deliveries.ts";

/** What was sent of a request, to whom, and what was not. `counts` are of all, `deliveries` of those that matter most. */
export type DeliveriesView = {
  number: number;
  deliveries: ledger.Delivery[];
  counts: ledger.Counts;
  at: Date;
};

/** What a modal lists one by one. */
const listed = 100;

export async function getDeliveries(
  db: Db,
  organizationId: string,
  number: number,
  now: Date,
): Promise<DeliveriesView> {
  return { number, at: now, ...(await ledger.listOf(db, organizationId, number, listed)) };
}
