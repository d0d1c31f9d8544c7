import type { MemberId } from "../people/people.ts";
import { type Actor, actingMember } from "../shared/actor.ts";
import { assertNever } from "../shared/result.ts";

/**
 * What happened to a request. Every event increases its version, except a reminder (R11) and that its requester has left,
 * which change nothing.
 */
export const requestEvents = [
  "requested",
  "reviewed",
  "approved",
  "rejected",
  "cancelled",
  "expired",
  "promoting",
  "promoted",
  "failed",
  "reminder",
  "changed",
  /** Only of notices: approvals no longer count, because a bound fact changed (R7). */
  "outdated",
  "requester-left",
] as const;

export type RequestEvent = (typeof requestEvents)[number];

/** One message or email to one person, in addition to their card. */
export type Notice = { recipientId: MemberId; channel: "message" | "email" };

/** The people whom an event of a request may concern. */
export type Audience = {
  requesterId: MemberId;
  /** Who may review it now. */
  reviewers: readonly MemberId[];
  /** Who has a review card, whether or not they may still review. */
  asked: readonly MemberId[];
  /** Who has given a review. */
  answered: readonly MemberId[];
  /** The owners of the token that named the requester; nobody if none did (R5). */
  tokenOwnerIds?: readonly MemberId[];
  /** Whether no review was required, so that nobody was asked (R1). */
  ungated: boolean;
  /** Whether it is waiting for review now. */
  pending: boolean;
  /** Who pressed Promote; null or missing if a token or Signoff itself started the attempt. */
  promoterId?: MemberId | null;
};

const leftPrefix = "requester-left:";

/** Returns the subject that records that people were told that the requester of an approved request has left. */
export const leftSubject = (number: number): string => `${leftPrefix}${number}`;

/** Returns the number of the request whose requester has left, or null if a subject is about something else. */
export const leftRequestOf = (subject: string): number | null =>
  subject.startsWith(leftPrefix) ? Number(subject.slice(leftPrefix.length)) : null;

/** Returns who is notified of an event (docs/rules.md, "Who is notified of what"). Cards follow every event separately. */
export function noticesFor(event: RequestEvent, by: Actor, audience: Audience): Notice[] {
  const both = (recipientId: MemberId): Notice[] => [
    { recipientId, channel: "message" },
    { recipientId, channel: "email" },
  ];
  const requester = both(audience.requesterId);
  const email = (ids: readonly MemberId[]): Notice[] =>
    ids.map((recipientId) => ({ recipientId, channel: "email" }));
  switch (event) {
    case "requested":
      return audience.ungated ? [] : email(audience.reviewers);
    case "approved":
    case "rejected":
      return requester;
    case "promoted":
    case "failed":
      return endNotices(by, audience, requester);
    case "cancelled":
    case "expired": {
      const waiting = audience.asked.filter((id) => !audience.answered.includes(id));
      const actor = actingMember(by);
      const owners = event === "cancelled" ? (audience.tokenOwnerIds ?? []) : [];
      const told = (id: MemberId) => id === actor || id === audience.requesterId || owners.includes(id);
      const others = email(waiting.filter((id) => !told(id)));
      if (actor !== audience.requesterId) return [...others, ...requester];
      // R5: a request that the named member cancels is one that they may not have asked for.
      return [...others, ...owners.filter((id) => id !== actor).flatMap(both)];
    }
    case "reminder": {
      if (!audience.pending) return requester;
      const waiting = audience.reviewers.filter((id) => !audience.answered.includes(id));
      return waiting.flatMap(both);
    }
    case "reviewed":
    case "promoting":
    case "changed":
    case "outdated":
    case "requester-left":
      return [];
    default:
      return assertNever(event);
  }
}

/** An approval that no longer counts, because it was given for other bound facts. */
export type OutdatedApproval = { reviewerId: MemberId; fingerprint: string };

/**
 * R7: returns whom a change of bound facts must be told to: everyone whose approval no longer counts, and the requester.
 * `fingerprint` identifies what the approvals were given for: each of them is told once.
 */
export function noticesOfOutdated(
  approvals: readonly OutdatedApproval[],
  requesterId: MemberId,
): (Notice & { fingerprint: string })[] {
  const told = new Map<string, { recipientId: MemberId; fingerprint: string }>();
  for (const { reviewerId, fingerprint } of approvals) {
    for (const recipientId of [reviewerId, requesterId]) {
      told.set(`${fingerprint} ${recipientId}`, { recipientId, fingerprint });
    }
  }
  return [...told.values()].flatMap((one) => [
    { ...one, channel: "message" as const },
    { ...one, channel: "email" as const },
  ]);
}

/** The requester is told, and whoever pressed Promote. A person who ended the attempt themselves knows. */
function endNotices(by: Actor, { requesterId, promoterId }: Audience, requester: Notice[]): Notice[] {
  const ender = by.kind === "member" ? by.memberId : null;
  const isOther = promoterId != null && promoterId !== requesterId && promoterId !== ender;
  return [
    ...(ender === requesterId ? [] : requester),
    ...(isOther ? [{ recipientId: promoterId, channel: "message" as const }] : []),
  ];
}
