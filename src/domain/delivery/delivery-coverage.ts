import type { MemberId, Person } from "../people/people.ts";

/** What became of every delivery that asked one recipient, a person or a channel, for a review. */
export type RecipientStatus = {
  recipientId: MemberId;
  /** At least one delivery succeeded. */
  reached: boolean;
  /** Every delivery failed permanently. */
  failed: boolean;
  /** Whether the recipient is the channel that shows the card, and not a person. */
  channel: boolean;
  /** Whether a review card was addressed to them directly. */
  directly: boolean;
};

/** How the reason of a delivery to a person who no longer uses Slack ends. */
export const deactivatedSuffix = " is deactivated in Slack";

/** Returns why a delivery does not reach a person who was deactivated in Slack. */
export const deactivatedReason = (name: string): string => `${name}${deactivatedSuffix}`;

/**
 * How many of the `asked` reviewers were reached, and who could not be. For the others, deliveries are still in progress.
 */
export type DeliveryCoverage = { reached: number; asked: number; unreached: Person[] };

/**
 * Returns which reviewers of a request could not be reached: every delivery to them failed permanently. Reviewers without
 * a direct card count as reached through the channel that shows it. Returns null if nobody is unreached.
 *
 * @param statuses may be empty if no delivery has failed permanently
 */
export function deliveryCoverage(
  reviewers: readonly Person[],
  statuses: readonly RecipientStatus[],
): DeliveryCoverage | null {
  const byId = new Map(statuses.map((status) => [status.recipientId, status]));
  const channel = statuses.find((status) => status.channel && !status.failed);
  const statusOf = ({ id }: Person): RecipientStatus | undefined => {
    const own = byId.get(id);
    return channel === undefined || own?.reached || own?.directly ? own : channel;
  };
  const unreached = reviewers.filter((reviewer) => statusOf(reviewer)?.failed);
  if (unreached.length === 0) return null;
  const reached = reviewers.filter((reviewer) => statusOf(reviewer)?.reached).length;
  return { reached, asked: reviewers.length, unreached: unreached.map(({ id, name }) => ({ id, name })) };
}
