import type { Db } from "../../../db/connection/connect.ts";
import * as homes from "../../../db/delivery/homes.ts";
import * as members from "../../../db/people/members.ts";
import { isAdmin } from "../../domain/people/admin.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { countWaitingFor } from "../requests/list-requests.ts";

export type RememberedHome = homes.Home;

/** Returns where somebody was in their Home, and what was published last; undefined if they never opened it. */
export function getHome(
  db: Db,
  organizationId: string,
  memberId: MemberId,
): Promise<RememberedHome | undefined> {
  return homes.find(db, organizationId, memberId);
}

/** What every tab of the Home shows. */
export type HomeFrame = {
  admin: boolean;
  /** How many requests wait for this person's review, counted up to `countedWaiting`. */
  waiting: number;
};

export async function getHomeFrame(
  db: Db,
  organizationId: string,
  memberId: MemberId,
  now: Date,
): Promise<HomeFrame> {
  const [facts, waiting] = await Promise.all([
    members.findFacts(db, organizationId, memberId),
    countWaitingFor(db, organizationId, memberId, now),
  ]);
  return { admin: facts !== undefined && isAdmin(facts), waiting };
}
