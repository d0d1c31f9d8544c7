import type { MemberId, MemberStatus, Person } from "../people/people.ts";

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

/** Why a notice of a request does not go to somebody who is no longer an active full member. */
export const noAccessReasons: Record<Exclude<MemberStatus, "active">, string> = {
  deactivated: "they have left the workspace",
  guest: "they are a guest now",
  bot: "they are a bot",
  stranger: "they are from another workspace",
};

/**
 * Returns why a message or card of a request is not for this person; null if it is. A deactivated member sees nothing in
 * Slack, and Slack tells that at the delivery.
 */
export function whyNoAccess(status: MemberStatus | undefined): string | null {
  if (status === undefined || status === "active" || status === "deactivated") return null;
  return noAccessReasons[status];
}

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
