import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as homes from "../../../db/delivery/homes.ts";
import { homeWatchedMs, redrawAfterMs } from "../../domain/delivery/homes.ts";
import { reopenItems } from "../../outbox/add-items.ts";
import type { Context } from "../shared/context.ts";

/** Changes that come within so many milliseconds are shown together. */
const foldMs = 500;

/** Something that Homes show has changed: one item for the organization, however many changes come at once. */
export async function homesChanged(context: Context, organizationId: string): Promise<void> {
  await addHomesItem(context.db, organizationId, null);
  context.wake();
}

/** The same within a transaction. The key is the change's own, so that transactions do not wait for each other. */
export function homesChangedBy(tx: Tx, organizationId: string, change: string): Promise<void> {
  return addHomesItem(tx, organizationId, change);
}

async function addHomesItem(db: Db | Tx, organizationId: string, change: string | null): Promise<void> {
  const keyFacts = { change };
  await reopenItems(db, [{ organizationId, kind: "draw-homes", payload: {}, keyFacts, afterMs: foldMs }]);
}

/** Expands a change into one item for each Home that somebody may be looking at. */
export async function expandHomes(context: Context, organizationId: string): Promise<void> {
  const now = context.now();
  const since = new Date(now.getTime() - homeWatchedMs);
  const looking = await homes.listOpenedSince(context.db, organizationId, since);
  await reopenItems(
    context.db,
    looking.map(({ memberId, ...home }) => {
      const afterMs = redrawAfterMs(home, now) ?? 0;
      return { organizationId, kind: "draw-home", payload: { memberId }, afterMs };
    }),
  );
  context.wake();
}
