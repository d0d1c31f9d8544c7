import type { MemberId, Person } from "../people/people.ts";

/** How everything stands by which one recipient, a person or a channel, was asked for a review. */
export type RecipientStatus = {
  recipientId: MemberId;
  /** Something arrived. */
  reached: boolean;
  /** Everything failed for good. */
  failed: boolean;
  /** A channel whose card is kept, in place of a person. */
  channel: boolean;
  /** Whether a review card of their own was meant for them. */
  directly: boolean;
};

/** Who of those who may review a request was reached. Whoever is in neither count nor list is still being tried. */
export type DeliveryCoverage = { reached: number; asked: number; unreached: Person[] };

/**
 * Whom a request's review did not reach: everything by which they were asked failed for good. Who got no card of their
 * own is reached through the channel that has it. Null while nobody is out of reach.
 *
 * @param told empty where nothing was given up
 */
export function deliveryCoverage(
  reviewers: readonly Person[],
  told: readonly RecipientStatus[],
): DeliveryCoverage | null {
  const byId = new Map(told.map((one) => [one.recipientId, one]));
  const channel = told.find((one) => one.channel && !one.failed);
  const through = ({ id }: Person): RecipientStatus | undefined => {
    const own = byId.get(id);
    return channel === undefined || own?.reached || own?.directly ? own : channel;
  };
  const unreached = reviewers.filter((reviewer) => through(reviewer)?.failed);
  if (unreached.length === 0) return null;
  const reached = reviewers.filter((reviewer) => through(reviewer)?.reached).length;
  return { reached, asked: reviewers.length, unreached: unreached.map(({ id, name }) => ({ id, name })) };
}
