import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as homes from "../../../db/delivery/homes.ts";
import { homeWatchedMs, redrawAfterMs } from "../../domain/delivery/homes.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Context } from "../shared/context.ts";

/** Changes within this time are shown together, in milliseconds. */
const mergeMs = 500;

/** Redraws the open Homes after a change, with one item per organization however many changes come at once. */
export async function homesChanged(context: Context, organizationId: string): Promise<void> {
  await addHomesItem(context.db, organizationId, null);
  context.wake();
}

/**
 * Redraws the open Homes when the transaction commits.
 *
 * @param change part of the item's key, so that transactions do not wait for each other
 */
export function homesChangedBy(tx: Tx, organizationId: string, change: string): Promise<void> {
  return addHomesItem(tx, organizationId, change);
}

async function addHomesItem(db: Db | Tx, organizationId: string, change: string | null): Promise<void> {
  const keyFacts = { change };
  await reopenItems(db, [{ organizationId, kind: "draw-homes", payload: {}, keyFacts, afterMs: mergeMs }]);
}

/** Adds one item for each Home that was opened recently. */
export async function expandHomes(context: Context, organizationId: string): Promise<void> {
  const now = context.now();
  const since = new Date(now.getTime() - homeWatchedMs);
  const openHomes = await homes.listOpenedSince(context.db, organizationId, since);
  await reopenItems(
    context.db,
    openHomes.map(({ memberId, ...home }) => {
      const afterMs = redrawAfterMs(home, now) ?? 0;
      return { organizationId, kind: "draw-home", payload: { memberId }, afterMs };
    }),
  );
  context.wake();
}
