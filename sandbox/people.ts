import type { StandInPerson } from "./slack/types.ts";

/** The people of the sandbox's workspace, each with a line for the page's chooser on what to try as them. */
export const people: (StandInPerson & { email: string; does: string })[] = [
  {
    name: "dana",
    realName: "Dana Developer",
    email: "dev@acme.example",
    tz: "Europe/Berlin",
    title: "Integration developer",
    avatar: "#2f6fdb",
    does: "Asks for promotions",
  },
  {
    name: "bob",
    realName: "Bob Reviewer",
    email: "bob@acme.example",
    tz: "America/New_York",
    title: "Release manager",
    avatar: "#0f8a6a",
    does: "Reviews",
  },
  {
    name: "carol",
    realName: "Carol Reviewer",
    email: "carol@acme.example",
    tz: "Europe/London",
    title: "Release manager, Commerce",
    avatar: "#c2571a",
    does: "Reviews Commerce",
  },
  {
    name: "ada",
    realName: "Ada Admin",
    email: "ada@acme.example",
    tz: "Asia/Kolkata",
    title: "Platform lead",
    avatar: "#8b3fc7",
    isAdmin: true,
    isOwner: true,
    does: "Runs Signoff",
  },
  {
    name: "sam",
    realName: "Sam Newcomer",
    email: "sam@acme.example",
    tz: "Pacific/Auckland",
    title: "Started last week",
    avatar: "#6b7280",
    does: "Has no role",
  },
];
