import type { Person, SlackStandIn } from "../slack/types.ts";
import type { Command } from "./commands.ts";
import type { Feed } from "./feed.ts";
import type { Reads } from "./reads.ts";
import type { InboxMail, PagePerson } from "./types.ts";

/** What every route of the page works with. */
export type PageHouse = {
  slack: SlackStandIn;
  inbox: () => Promise<InboxMail[]>;
  people: PagePerson[];
  commands: Command[];
  feed: Feed;
  reads: Reads;
};

/** Somebody one can be on the page, as the workspace knows them. */
export type Somebody = Person & { does: string };

/** Everybody one can be, in the order given; those who have left are not among them. */
export function everybody({ slack, people }: PageHouse): Somebody[] {
  return people.flatMap(({ name, does }) => {
    const person = slack.workspace.people.find((one) => one.name === name);
    return person === undefined || person.deleted ? [] : [{ ...person, does }];
  });
}

/** Who an address means: by id, or by name, so that /as/bob works too. */
export const somebody = (house: PageHouse, ref: string): Somebody | undefined =>
  everybody(house).find((person) => person.id === ref || person.name === ref.toLowerCase());

/** The channel of one person's direct messages with the bot. */
export const botDm = ({ slack }: PageHouse, userId: string) => slack.workspace.openDm([userId]);
