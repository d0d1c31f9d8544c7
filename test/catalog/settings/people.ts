import { people } from "../../../sandbox/people.ts";
import type { SlackOptions, StandInPerson } from "../../../sandbox/slack/index.ts";

/** The sandbox's people, and people who cannot hold a role. */
export const everybody: StandInPerson[] = [
  ...people,
  { id: "UGUS", name: "gus", realName: "Gus Guest", email: "gus@other.example", isRestricted: true },
  { id: "UBOT", name: "buildbot", realName: "Build Bot", isBot: true },
  { id: "UDEL", name: "del", realName: "Del Departed", email: "del@acme.example", deleted: true },
  { id: "USTRA", name: "stranger", realName: "Stella Stranger", isStranger: true },
  { id: "UMUTE", name: "mute", realName: "Mia Nomail" },
];

/** Channels that cards can and cannot be sent to, and user groups to link. */
export const workspace: Partial<SlackOptions> = {
  channels: [
    { id: "CREL", name: "releases", members: ["bot", "bob", "dana"] },
    { id: "CARC", name: "old-releases", isArchived: true, members: ["bot"] },
    { id: "CTHR", name: "questions", isThreadOnly: true, members: ["bot"] },
    { id: "CFRO", name: "last-year", isFrozen: true, members: ["bot"] },
    { id: "CORG", name: "whole-company", isOrgShared: true, members: ["bot"] },
    { id: "CEXT", name: "with-partner", isExtShared: true, members: ["bot"] },
    { id: "COUT", name: "elsewhere", members: ["bob"] },
    { id: "GPRIV", name: "secret", isPrivate: true, members: ["bob"] },
  ],
  groups: [
    { id: "S0CREW", handle: "release-crew", name: "Release crew", users: ["bob", "carol", "gus"] },
    { id: "S0GONE", handle: "gone", name: "Gone", users: [], isDisabled: true },
  ],
};
