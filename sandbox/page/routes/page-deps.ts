import type { Ci } from "../../ci/index.ts";
import type { InboxMail } from "../../mail.ts";
import type { Person, SlackStandIn } from "../../slack/types.ts";
import type { Command, Shortcut } from "./commands.ts";
import type { Feed } from "./feed.ts";
import type { Reads } from "./reads.ts";
import type { PagePerson } from "./types.ts";

/** What every route of the page needs. */
export type PageDeps = {
  slack: SlackStandIn;
  inbox: () => Promise<InboxMail[]>;
  people: PagePerson[];
  commands: Command[];
  shortcuts: Shortcut[];
  feed: Feed;
  reads: Reads;
  /** The CI pipeline. Without it, the page has no CI panel. */
  ci?: Ci;
};

/** A person you can act as. */
export type ActivePerson = Person & { does: string };

/**
 * Returns the people you can act as, in the order in which they joined, without bots and deactivated people.
 */
export function activePeople({ slack, people }: PageDeps): ActivePerson[] {
  return slack.workspace.people
    .filter((person) => !person.deleted && !person.isBot && !person.isStranger)
    .map((person) => ({ ...person, does: does(people, person) }));
}

function does(people: PagePerson[], person: Person): string {
  const isGuest = person.isRestricted || person.isUltraRestricted;
  if (isGuest) return "Guest";
  return people.find(({ name }) => name === person.name)?.does ?? person.title ?? "Just joined";
}

/** Finds the person in a URL by ID or by name, so that /as/bob works too. */
export const findPerson = (deps: PageDeps, ref: string): ActivePerson | undefined =>
  activePeople(deps).find((person) => person.id === ref || person.name === ref.toLowerCase());

/** Finds a deactivated person by ID or name. */
export const findDeactivated = ({ slack }: PageDeps, ref: string): Person | undefined =>
  slack.workspace.people.find(
    ({ id, name, deleted }) => deleted && (id === ref || name === ref.toLowerCase()),
  );

/** Returns the ID of one person's direct-message channel with the bot. */
export const botDm = ({ slack }: PageDeps, userId: string) => slack.workspace.openDm([userId]);
