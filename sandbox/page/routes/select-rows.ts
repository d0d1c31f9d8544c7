import type { Person } from "../../slack/types.ts";
import type { Workspace } from "../../slack/workspace.ts";

/** A row in one of Slack's own lists. */
export type SelectRow = { id: string; name: string; note: string };

/** The type of account, such as "Guest". Empty for a full member. */
export function accountType(person: Person): string {
  if (person.deleted) return "Deactivated";
  if (person.isStranger) return "From another workspace";
  if (person.isBot) return "App";
  if (person.isUltraRestricted) return "Single-channel guest";
  if (person.isRestricted) return "Guest";
  if (person.isOwner) return "Workspace owner";
  return person.isAdmin ? "Workspace admin" : "";
}

/** The people that a users select lists: bots, guests, and external people, but nobody who is deactivated. */
export const listedPeople = (workspace: Workspace): SelectRow[] =>
  [...workspace.people, ...[workspace.person(workspace.bot.userId)].filter((person) => person !== undefined)]
    .filter((person) => !person.deleted)
    .map((person) => ({
      id: person.id,
      name: person.realName,
      note: [person.title, accountType(person)].filter(Boolean).join(" · "),
    }));

/** The channels that a channels or conversations select lists. Archived ones are left out. */
export const listedChannels = (workspace: Workspace): SelectRow[] =>
  [...workspace.channels.values()]
    .filter(({ kind, isArchived }) => (kind === "public" || kind === "private") && !isArchived)
    .map(({ id, name, kind, isExtShared }) => ({
      id,
      name: `#${name}`,
      note: [kind === "private" && "Private", isExtShared && "Shared with another organization"]
        .filter(Boolean)
        .join(" · "),
    }));
