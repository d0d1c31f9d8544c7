import type { Ci } from "../../ci/index.ts";
import type { Person, SlackStandIn } from "../../slack/types.ts";
import type { Command, Shortcut } from "./commands.ts";
import type { Feed } from "./feed.ts";
import type { Reads } from "./reads.ts";
import type { InboxMail, PagePerson } from "./types.ts";

/** What every route of the page works with. */
export type PageHouse = {
  slack: SlackStandIn;
  inbox: () => Promise<InboxMail[]>;
  people: PagePerson[];
  commands: Command[];
  shortcuts: Shortcut[];
  feed: Feed;
  reads: Reads;
  /** The pipeline that one can play; the page has none without it. */
  ci?: Ci;
};

/** Somebody one can be on the page, as the workspace knows them. */
export type Somebody = Person & { does: string };

/** Everybody one can be, in the order in which they joined; bots and those who have left are not among them. */
export function everybody({ slack, people }: PageHouse): Somebody[] {
  return slack.workspace.people
    .filter((person) => !person.deleted && !person.isBot && !person.isStranger)
    .map((person) => ({ ...person, does: does(people, person) }));
}

function does(people: PagePerson[], person: Person): string {
  const isGuest = person.isRestricted || person.isUltraRestricted;
  if (isGuest) return "Guest";
  return people.find(({ name }) => name === person.name)?.does ?? person.title ?? "Just joined";
}

/** Who an address means: by id, or by name, so that /as/bob works too. */
export const somebody = (standIn: PageHouse, ref: string): Somebody | undefined =>
  everybody(standIn).find((person) => person.id === ref || person.name === ref.toLowerCase());

/** Somebody who was deactivated, by id or name. */
export const deactivated = ({ slack }: PageHouse, ref: string): Person | undefined =>
  slack.workspace.people.find(
    ({ id, name, deleted }) => deleted && (id === ref || name === ref.toLowerCase()),
  );

/** The channel of one person's direct messages with the bot. */
export const botDm = ({ slack }: PageHouse, userId: string) => slack.workspace.openDm([userId]);
