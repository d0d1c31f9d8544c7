import { channelObject, channelOf, families, familyScope } from "./conversations.ts";
import type { Context, Method } from "./method.ts";
import { flagArg, pageOf, required, SlackError, stringArg } from "./method.ts";

const kinds = {
  public_channel: "public",
  private_channel: "private",
  im: "im",
  mpim: "mpim",
} as const;

function kindsOf(context: Context) {
  const types = (stringArg(context, "types") || "public_channel").split(",").map((type) => type.trim());
  return types.map((type) => {
    const kind = kinds[type as keyof typeof kinds];
    if (kind === undefined) throw new SlackError("invalid_types");
    return kind;
  });
}

/**
 * Lists private conversations only if the bot is a member. Source:
 * https://docs.slack.dev/reference/methods/conversations.list
 */
export const conversationsList: Method = {
  scopes: (context) => kindsOf(context).map((kind) => `${families[kind]}:read`),
  run(context) {
    const { workspace } = context;
    const wanted = kindsOf(context);
    const withoutArchived = flagArg(context, "exclude_archived");
    const all = [...workspace.channels.values()].filter(
      (channel) =>
        wanted.includes(channel.kind) &&
        !(withoutArchived && channel.isArchived) &&
        (channel.kind === "public" || channel.members.includes(workspace.bot.userId)),
    );
    const { items, response_metadata } = pageOf(context, all, 100, 1000);
    return { channels: items.map((channel) => channelObject(context, channel)), response_metadata };
  },
};

/**
 * Returns the IDs of a channel's members. Source:
 * https://docs.slack.dev/reference/methods/conversations.members
 */
export const conversationsMembers: Method = {
  scopes: familyScope("read"),
  run(context) {
    const channel = channelOf(context, required(context, "channel"));
    const { items, response_metadata } = pageOf(context, channel.members, 100, 1000);
    return { members: items, response_metadata };
  },
};
