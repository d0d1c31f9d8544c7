import type { Json, Person } from "../types.ts";
import type { Context, Method } from "./method.ts";
import { pageOf, required, SlackError, stringArg } from "./method.ts";

/** Returns how many seconds this time zone is ahead of UTC now. */
function offsetOf(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = parts.find((part) => part.type === "timeZoneName")?.value ?? "";
  const match = /GMT([+-])(\d+):(\d+)/.exec(name);
  if (match === null) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === "-" ? -seconds : seconds;
}

function labelOf(timeZone: string, at: number): string {
  const parts = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "long" }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

/**
 * Returns a user object. Emails require users:read.email. Source:
 * https://docs.slack.dev/reference/objects/user-object
 */
export function userObject(
  { workspace, manifest }: Pick<Context, "workspace" | "manifest">,
  person: Person,
): Json {
  const withEmail = manifest.scopes.includes("users:read.email") && person.email !== undefined;
  const isBot = person.isBot ?? false;
  const names = { real_name: person.realName, real_name_normalized: person.realName };
  const profile = {
    title: person.title ?? "",
    phone: "",
    ...names,
    display_name: person.name,
    display_name_normalized: person.name,
    status_text: "",
    status_emoji: "",
    team: person.teamId,
    ...(withEmail && { email: person.email }),
    ...(person.id === workspace.bot.userId && {
      api_app_id: workspace.bot.appId,
      bot_id: workspace.bot.botId,
    }),
  };
  const base = {
    id: person.id,
    team_id: person.teamId,
    name: person.name,
    deleted: person.deleted ?? false,
    profile,
    is_bot: isBot,
    is_app_user: false,
    updated: person.updated,
    ...(person.isStranger && { is_stranger: true }),
  };
  // Slack returns little more than the name of a deactivated person.
  if (person.deleted) return base;
  return {
    ...base,
    color: "9f69e7",
    real_name: person.realName,
    tz: person.tz,
    tz_label: labelOf(person.tz, workspace.now()),
    tz_offset: offsetOf(person.tz, workspace.now()),
    is_admin: person.isAdmin ?? person.isOwner ?? false,
    is_owner: person.isOwner ?? false,
    is_primary_owner: false,
    is_restricted: person.isRestricted ?? person.isUltraRestricted ?? false,
    is_ultra_restricted: person.isUltraRestricted ?? false,
    is_email_confirmed: !isBot,
    who_can_share_contact_card: "EVERYONE",
  };
}

/** Source: https://docs.slack.dev/reference/methods/users.info */
export const usersInfo: Method = {
  scopes: () => ["users:read"],
  run(context) {
    const person = context.workspace.person(stringArg(context, "user"));
    if (person === undefined) throw new SlackError("user_not_found");
    if (person.isHidden) throw new SlackError("user_not_visible");
    return { user: userObject(context, person) };
  },
};

/** Finds active people only. Source: https://docs.slack.dev/reference/methods/users.lookupByEmail */
export const usersLookupByEmail: Method = {
  scopes: () => ["users:read.email"],
  run(context) {
    const email = required(context, "email").toLowerCase();
    const person = context.workspace.people.find(
      (one) => !one.deleted && !one.isHidden && one.email?.toLowerCase() === email,
    );
    if (person === undefined) throw new SlackError("users_not_found");
    return { user: userObject(context, person) };
  },
};

/** Paginated by cursor. Source: https://docs.slack.dev/reference/methods/users.list */
export const usersList: Method = {
  scopes: () => ["users:read"],
  run(context) {
    const everybody = context.workspace.everybody().filter((person) => !person.isHidden);
    const { items, response_metadata } = pageOf(context, everybody, everybody.length, 1000);
    return {
      members: items.map((person) => userObject(context, person)),
      cache_ts: Math.floor(context.workspace.now() / 1000),
      response_metadata,
    };
  },
};
