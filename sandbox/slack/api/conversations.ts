import { limits } from "../checks/limits.ts";
import { messageObject } from "../people/payloads.ts";
import type { Json, StandInChannel } from "../types.ts";
import type { Context, Method } from "./method.ts";
import { countArg, decodeCursor, flagArg, required, SlackError, stringArg } from "./method.ts";

export const families = { im: "im", mpim: "mpim", public: "channels", private: "groups" } as const;

/** Returns the channel of the call if the bot can see it. Private ones are visible to members only. */
export function channelOf({ workspace }: Context, id: string): StandInChannel {
  const channel = workspace.channels.get(id);
  const hidden = channel?.kind === "private" && !channel.members.includes(workspace.bot.userId);
  if (channel === undefined || hidden) throw new SlackError("channel_not_found");
  return channel;
}

/** Returns scopes such as "im:history". Any of the four is enough if the channel is unknown. */
export const familyScope = (what: "history" | "read") => (context: Context) => {
  const channel = context.workspace.channels.get(stringArg(context, "channel"));
  if (channel !== undefined) return [`${families[channel.kind]}:${what}`];
  return [
    Object.values(families)
      .map((family) => `${family}:${what}`)
      .join("|"),
  ];
};

const usersArg = (context: Context) =>
  stringArg(context, "users")
    .split(",")
    .filter((id) => id !== "");

export function channelObject({ workspace }: Context, channel: StandInChannel): Json {
  const isIm = channel.kind === "im";
  return {
    id: channel.id,
    is_im: isIm,
    is_mpim: channel.kind === "mpim",
    is_private: channel.kind !== "public",
    is_archived: channel.isArchived,
    is_ext_shared: channel.isExtShared,
    is_shared: channel.isExtShared || channel.isOrgShared,
    is_org_shared: channel.isOrgShared,
    is_frozen: channel.isFrozen,
    is_read_only: channel.isReadOnly,
    is_thread_only: channel.isThreadOnly,
    ...(isIm
      ? { user: channel.members.find((id) => id !== workspace.bot.userId), is_open: true }
      : {
          name: channel.name,
          is_channel: channel.kind === "public",
          is_group: channel.kind === "private",
          is_general: channel.name === "general",
          is_member: channel.members.includes(workspace.bot.userId),
        }),
  };
}

/** Source: https://docs.slack.dev/reference/methods/conversations.info */
export const conversationsInfo: Method = {
  scopes: familyScope("read"),
  run: (context) => {
    const channel = channelOf(context, required(context, "channel"));
    const count = flagArg(context, "include_num_members") ? { num_members: channel.members.length } : {};
    return { channel: { ...channelObject(context, channel), ...count } };
  },
};

/**
 * Opens direct messages with one or more people. Source:
 * https://docs.slack.dev/reference/methods/conversations.open
 */
export const conversationsOpen: Method = {
  scopes: (context) => [usersArg(context).length > 1 ? "mpim:write" : "im:write"],
  run(context) {
    const { workspace } = context;
    const users = usersArg(context);
    const resumed = stringArg(context, "channel");
    if (users.length === 0 && resumed === "") throw new SlackError("users_list_not_supplied");
    if (users.length > limits.openUsers.max) throw new SlackError("too_many_users");
    for (const id of users) {
      const person = workspace.person(id);
      if (person === undefined) throw new SlackError("user_not_found");
      if (person.deleted) throw new SlackError("user_disabled");
      if (person.isBot) throw new SlackError("cannot_dm_bot");
    }
    const already = users.length === 0 || workspace.isOpenDm(users);
    const channel = users.length === 0 ? channelOf(context, resumed) : workspace.openDm(users);
    const shown = flagArg(context, "return_im") ? channelObject(context, channel) : { id: channel.id };
    return { ...(already && { no_op: true, already_open: true }), channel: shown };
  },
};

/**
 * Returns messages newest first, with metadata only on request. Source:
 * https://docs.slack.dev/reference/methods/conversations.history
 */
export const conversationsHistory: Method = {
  scopes: familyScope("history"),
  run(context) {
    const { workspace } = context;
    const channel = channelOf(context, required(context, "channel"));
    if (!channel.members.includes(workspace.bot.userId)) throw new SlackError("not_in_channel");
    const bound = (key: "oldest" | "latest", open: number) => {
      const text = stringArg(context, key) || (key === "latest" ? cursorOf(context) : "");
      const value = text === "" ? open : Number(text);
      if (Number.isNaN(value)) throw new SlackError(`invalid_ts_${key}`);
      return value;
    };
    const oldest = bound("oldest", 0);
    const latest = bound("latest", Number.POSITIVE_INFINITY);
    const inclusive = flagArg(context, "inclusive");
    const within = workspace.messagesIn(channel.id).filter(({ ts }) => {
      const at = Number(ts);
      return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    });
    const newestFirst = within.filter((message) => message.threadTs === undefined).toReversed();
    const page = newestFirst.slice(0, countArg(context, "limit", 100, limits.historyPage.max));
    const hasMore = page.length < newestFirst.length;
    const withMetadata = flagArg(context, "include_all_metadata");
    return {
      messages: page.map((message) => messageObject(workspace, message, withMetadata)),
      has_more: hasMore,
      pin_count: 0,
      ...(hasMore && { response_metadata: { next_cursor: btoa(`before:${page.at(-1)?.ts}`) } }),
    };
  },
};

function cursorOf(context: Context): string {
  const cursor = stringArg(context, "cursor");
  if (cursor === "") return "";
  const ts = /^before:([\d.]+)$/.exec(decodeCursor(cursor))?.[1];
  if (ts === undefined) throw new SlackError("invalid_cursor");
  return ts;
}
