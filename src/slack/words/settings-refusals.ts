import type { SettingsRefusal } from "../../domain/shared/refusals.ts";
import { assertNever } from "../../domain/shared/result.ts";
import { shortName } from "./names.ts";
import { nameList } from "./text.ts";

/** Returns why a change of settings was refused and what to do, in plain sentences (R13). */
export function settingsRefusalWords(refusal: SettingsRefusal): string {
  switch (refusal.code) {
    case "not-admin":
      return notAdmin(refusal);
    case "stale":
      return `${refusal.by ? shortName(refusal.by.name) : "Somebody"} changed this while you were editing. Look at what it says now, then save again.`;
    case "no-roles":
      return "Choose at least one role whose members review.";
    case "assignee-not-in-roles":
      return `${people(refusal.people)} ${refusal.people.length === 1 ? "is" : "are"} not in the chosen roles. Take them out, or choose a role that they are in.`;
    case "dead-workflow":
      return deadWorkflow(refusal);
    case "name-taken":
      return nameTaken(refusal);
    case "guard-lowered":
      return `A token never lowers a guard. ${refusal.admins.length === 0 ? "An admin" : people(refusal.admins)} can, in Settings.`;
    case "request-in-the-way":
      return `Request #${refusal.number} is open and needs this as it is. Finish or cancel #${refusal.number} first.`;
    case "channel-unusable":
      return channelUnusable(refusal);
    case "role-in-use":
    case "admin-role":
    case "last-admin":
    case "not-full-members":
    case "role-bound":
      return roleRefusal(refusal);
    default:
      return valueRefusal(refusal);
  }
}

type RefusalOf<Code extends SettingsRefusal["code"]> = Extract<SettingsRefusal, { code: Code }>;

type RoleRefusal = RefusalOf<"role-in-use" | "admin-role" | "last-admin" | "not-full-members" | "role-bound">;

function roleRefusal(refusal: RoleRefusal): string {
  switch (refusal.code) {
    case "role-in-use":
      return roleInUse(refusal);
    case "admin-role":
      return "The Admin role is always there: it can't be renamed, deleted, bound to a group or held for single projects.";
    case "last-admin":
      return "Somebody must run Signoff: the last admin can't be removed. Add another one first.";
    case "not-full-members":
      return refusal.people
        .map(({ person, status }) => `${shortName(person.name)} ${notFullMember[status]}.`)
        .join(" ");
    case "role-bound":
      return "Its members are those of a Slack user group. Unbind it first to choose them here.";
    default:
      return assertNever(refusal);
  }
}

type ValueRefusal =
  | RefusalOf<
      | "address-unusable"
      | "silence-limit"
      | "secret-hidden"
      | "too-few-environments"
      | "too-many-environments"
    >
  | RefusalOf<
      "token-name" | "name-unusable" | "no-scopes" | "end-passed" | "scope-needs-admin" | "not-offered"
    >;

function valueRefusal(refusal: ValueRefusal): string {
  switch (refusal.code) {
    case "address-unusable":
      return addressWords[refusal.why];
    case "silence-limit":
      return `Give a number of minutes from ${refusal.least} to ${refusal.most.toLocaleString("en")}.`;
    case "secret-hidden":
      return secretWords[refusal.why];
    case "too-few-environments":
      return "A project needs at least one environment.";
    case "too-many-environments":
      return `A project has at most ${refusal.limit} environments.`;
    case "token-name":
      return `A token needs a name of at most ${refusal.limit} characters.`;
    case "name-unusable":
      return nameUnusable(refusal);
    case "no-scopes":
      return "Choose at least one thing that the token may do.";
    case "end-passed":
      return "Choose a day after today.";
    case "scope-needs-admin":
      return `${shortName(refusal.member.name)} is not an admin, so the token can't get ${nameList(refusal.scopes)}. Make them an admin first, or hand the token to an admin.`;
    case "not-offered":
      return "This token is no longer offered to you. Ask an admin of Signoff to offer it again.";
    default:
      return assertNever(refusal);
  }
}

function nameUnusable({ what, why, name, limit }: RefusalOf<"name-unusable">): string {
  switch (why) {
    case "hidden":
      return `The ${what} name “${shortName(name)}” has line breaks or characters that don't show. Type it on one line, without pasted formatting.`;
    case "empty":
      return `Type a name for the ${what} that people can see.`;
    case "too-long":
      return `Keep the ${what} name within ${limit} characters.`;
    default:
      return assertNever(why);
  }
}

const secretWords = {
  seen: "The secret was shown already, and is shown only once. Rotate it to get a new one.",
  unreadable:
    "The secret can't be decrypted: the seed file was loaded with another key than Signoff has. Rotate it to get a new one.",
} as const;

const addressWords = {
  "not-an-address": "Give an address that begins with https://.",
  credentials: "Take the password out of the address: Signoff's signature proves who sends.",
  "not-https": "The address must begin with https://, so that nobody reads along.",
  inside:
    "This address is inside a private network. Signoff calls such addresses only where its configuration allows it.",
} as const;

const notFullMember = {
  deactivated: "is deactivated and can't hold a role",
  guest: "is a guest: only full members can hold a role",
  bot: "is a bot: only people can hold a role",
  stranger: "is from another workspace: only members of this one can hold a role",
  unknown: "could not be looked up in Slack just now: try again in a moment",
} as const;

function notAdmin({ admins, what }: RefusalOf<"not-admin">): string {
  const who = admins.length === 0 ? "The workspace's owners can make one." : `${people(admins)} can.`;
  return `Only admins can ${what === "deliveries" ? "see what was delivered" : "change settings"}. ${who}`;
}

function channelUnusable({ why, name }: RefusalOf<"channel-unusable">): string {
  const channel = name === null ? "This channel" : `#${shortName(name)}`;
  const inSentence = name === null ? "this channel" : channel;
  switch (why) {
    case "archived":
      return `${channel} is archived. Choose another channel.`;
    case "frozen":
      return `${channel} is frozen, so nobody can post there. Choose another channel.`;
    case "thread-only":
      return `${channel} takes replies in threads only, and a card starts a thread. Choose another channel.`;
    case "shared":
      return `${channel} is shared with other organizations, who would see the cards. Choose another channel.`;
    case "not-member":
    case "not-found":
      return `Signoff is not in ${inSentence}, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.`;
    case "read-only":
      return `Signoff may not post in ${inSentence}. Choose another channel.`;
    case "unknown":
      return "Slack did not say whether Signoff can post there. Try again in a moment.";
    default:
      return assertNever(why);
  }
}

function nameTaken({ name, archived, formerlyOf }: RefusalOf<"name-taken">): string {
  if (formerlyOf !== undefined) {
    return `The short name ${shortName(name)} once belonged to ${shortName(formerlyOf)} and still leads there. Choose another one.`;
  }
  return archived
    ? `An archived one is called ${shortName(name)} and keeps that name. Choose another one.`
    : `There is one called ${shortName(name)} already. Choose another name.`;
}

const people = (list: readonly { name: string }[]): string =>
  nameList(list.map(({ name }) => shortName(name)));

function deadWorkflow({ required, projects }: RefusalOf<"dead-workflow">): string {
  const where = nameList(projects.map(({ name, available }) => `${shortName(name)} (${available})`));
  return `Nobody could decide there: ${required} ${required === 1 ? "approval is" : "approvals are"} needed, and too few people could review in ${where}.`;
}

function roleInUse({ workflow, projects, archivedProjects = [] }: RefusalOf<"role-in-use">): string {
  const users = [...(workflow ? ["Environment Promotion"] : []), ...projects.map(shortName)];
  const inUse =
    users.length === 0 ? [] : [`This role is in use by ${nameList(users)}. Take it out there first.`];
  const archived = archivedProjects.map(shortName);
  if (archived.length === 0) return inUse.join(" ");
  const [plural, its] = archived.length === 1 ? ["project", "its"] : ["projects", "their"];
  return [
    ...inUse,
    `The archived ${plural} ${nameList(archived)} would open to everyone without this role. To take it out, create ${nameList(archived)} again with ${its} short name, choose who may request, and archive again.`,
  ].join(" ");
}
