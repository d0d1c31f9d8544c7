import type { Member } from "../../../db/people/members.ts";
import type { MemberId } from "../../domain/people/people.ts";

/** People as they are to be stored, once each address belongs to one of them. */
export type Moved = {
  /** The people who were read, without the addresses that a later read gave to somebody else. */
  current: Member[];
  /** Stored people whose address a later read gave to somebody else, without it. */
  outdated: Member[];
  /** Everyone who lost their address, to be read again. */
  lost: MemberId[];
};

/**
 * Takes an address from people who no longer have it. In Slack, an address belongs to one person of a workspace, so of two
 * copies the later one is right. Two people who were read at the same time both keep theirs.
 *
 * @param current people as Slack described them just now
 * @param stored people who are stored, among them everyone with one of these addresses
 */
export function moveAddresses(current: readonly Member[], stored: readonly Member[]): Moved {
  const ids = new Set(current.map(({ id }) => id));
  const others = stored.filter(({ id }) => !ids.has(id));
  const isOutdated = (one: Member, other: Member, tie: boolean) =>
    sameAddress(one, other) && (tie ? readAt(one) <= readAt(other) : readAt(one) < readAt(other));
  const withoutAddress = (person: Member): Member => ({ ...person, email: null });
  const losers = current.filter((person) => others.some((other) => isOutdated(person, other, false)));
  const outdated = others.filter((other) => current.some((person) => isOutdated(other, person, true)));
  return {
    current: current.map((person) => (losers.includes(person) ? withoutAddress(person) : person)),
    outdated: outdated.map(withoutAddress),
    lost: [...losers, ...outdated].map(({ id }) => id),
  };
}

const readAt = ({ refreshedAt }: Member): number => refreshedAt.getTime();

/** Strangers have an account of their own in another workspace, and people who left no longer use theirs. */
const hasAddress = ({ status, email }: Member): boolean =>
  email !== null && (status === "active" || status === "guest");

const sameAddress = (one: Member, other: Member): boolean =>
  hasAddress(one) && hasAddress(other) && one.email?.toLowerCase() === other.email?.toLowerCase();

/** Returns the addresses in lower case that these people claim. */
export const claimedAddresses = (people: readonly Pick<Member, "status" | "email">[]): string[] =>
  people.flatMap(({ status, email }) =>
    email !== null && (status === "active" || status === "guest") ? [email.toLowerCase()] : [],
  );
