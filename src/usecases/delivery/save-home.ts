import * as homes from "../../../db/delivery/homes.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Context } from "../shared/context.ts";

/**
 * Stores which page of the App Home a member opened. It is kept up to date for a while.
 *
 * @param location the page, as JSON
 */
export async function openHome(
  { db, now }: Context,
  organizationId: string,
  memberId: MemberId,
  location: object,
): Promise<void> {
  await homes.open(db, organizationId, memberId, location, now());
}

/** Stores when a member's Home was drawn, and Slack's hash of it. */
export async function saveDrawnHome(
  { db }: Context,
  organizationId: string,
  memberId: MemberId,
  drawn: { drawnAt: Date; hash: string | null },
): Promise<void> {
  await homes.saveDrawn(db, organizationId, memberId, drawn);
}
