import * as homes from "../../../db/delivery/homes.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Context } from "../shared/context.ts";

/** Remembers where somebody is in their App Home: from now on it is kept up to date for a while. */
export async function openHome(
  { db, now }: Context,
  organizationId: string,
  memberId: MemberId,
  place: object,
): Promise<void> {
  await homes.open(db, organizationId, memberId, place, now());
}

/** Remembers that somebody's Home was drawn, and how Slack names what it shows. */
export async function saveDrawnHome(
  { db }: Context,
  organizationId: string,
  memberId: MemberId,
  drawn: { drawnAt: Date; hash: string | null },
): Promise<void> {
  await homes.saveDrawn(db, organizationId, memberId, drawn);
}
