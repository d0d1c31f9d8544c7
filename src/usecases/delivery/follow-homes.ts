import type { Db, Tx } from "../../../db/connection/connect.ts";
import * as homes from "../../../db/delivery/homes.ts";
import * as outbox from "../../../db/delivery/outbox.ts";
import { lookedAtMs, redrawAfterMs } from "../../domain/delivery/homes.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Context } from "../shared/context.ts";

/** Changes that come within so many milliseconds are shown together. */
const foldMs = 500;

/** What `draw-home` items carry. */
export type HomeItem = { memberId: MemberId };

/** Something that Homes show has changed: one item for the organization, however many changes come at once. */
export async function homesChanged(context: Context, organizationId: string): Promise<void> {
  await addHomesItem(context.db, organizationId, "homes");
  context.wake();
}

/** The same within a transaction. The key is the change's own, so that transactions do not wait for each other. */
export function homesChangedBy(tx: Tx, organizationId: string, change: string): Promise<void> {
  return addHomesItem(tx, organizationId, `homes:${change}`);
}

async function addHomesItem(db: Db | Tx, organizationId: string, key: string): Promise<void> {
  await outbox.addOrReopen(db, [{ organizationId, kind: "draw-homes", key, payload: {}, afterMs: foldMs }]);
}

/** Expands a change into one item for each Home that somebody may be looking at. */
export async function expandHomes(context: Context, organizationId: string): Promise<void> {
  const now = context.now();
  const since = new Date(now.getTime() - lookedAtMs);
  const looking = await homes.listOpenedSince(context.db, organizationId, since);
  await outbox.addOrReopen(
    context.db,
    looking.map(({ memberId, ...home }) => {
      const payload: HomeItem = { memberId };
      const afterMs = redrawAfterMs(home, now) ?? 0;
      return { organizationId, kind: "draw-home", key: `home:${memberId}`, payload, afterMs };
    }),
  );
  context.wake();
}
