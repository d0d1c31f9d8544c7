import { isJson, list, stateOf } from "../checks/elements.ts";
import { limits } from "../checks/limits.ts";
import { textLength, validateMessageBlocks } from "../checks/validate-blocks.ts";
import { messageObject } from "../people/payloads.ts";
import type { Json, StandInChannel, StandInMessage } from "../types.ts";
import { channelOf } from "./conversations.ts";
import type { Context, Method } from "./method.ts";
import { objectArg, refuse, refuseProblems, required, SlackError, stringArg } from "./method.ts";

type Content = { text: string; blocks: Json[] | undefined };

/**
 * Returns the text and blocks of the call, or refuses them as Slack does. `blocks` is undefined if the call
 * has none.
 */
export function contentOf(context: Context): Content {
  const { args, workspace, method } = context;
  const given = args.blocks;
  const text = stringArg(context, "text");
  if (typeof given === "string")
    refuse(context, "invalid_blocks_format", "blocksFormat", "blocks is not JSON");
  const blocks = given === undefined || given === null ? undefined : list(given);
  if (given !== undefined && given !== null) {
    refuseProblems(context, "invalid_blocks", validateMessageBlocks(given));
    const length = textLength(given);
    const { max } = limits.messageBlocksText;
    if (length > max)
      refuse(
        context,
        "msg_blocks_too_long",
        "messageBlocksText",
        `${length} characters in blocks, at most ${max}`,
      );
  }
  if (text === "" && (blocks === undefined || blocks.length === 0)) throw new SlackError("no_text");
  if (text === "")
    workspace.violate(method, "topLevelText", "blocks without text: nothing to notify with or read out");
  return { text, blocks };
}

function metadataOf(context: Context): StandInMessage["metadata"] | undefined {
  if (context.args.metadata === undefined) return undefined;
  const metadata = objectArg(context, "metadata");
  if (metadata === undefined)
    refuse(context, "invalid_metadata_format", "metadataFormat", "metadata is not a JSON object");
  if (Object.keys(metadata).length === 0) return undefined;
  const { event_type, event_payload } = metadata;
  if (typeof event_type !== "string" || event_type === "" || !isJson(event_payload))
    refuse(
      context,
      "invalid_metadata_schema",
      "metadataFormat",
      "metadata needs event_type and event_payload",
    );
  const size = Buffer.byteLength(JSON.stringify(metadata));
  if (size > limits.metadata.max)
    refuse(
      context,
      "metadata_too_large",
      "metadata",
      `metadata of ${size} bytes, at most ${limits.metadata.max}`,
    );
  return { event_type, event_payload };
}

/**
 * Returns the channel to post to. The argument is a channel ID, or a user ID, which opens direct messages. Slack accepts
 * a post to a deactivated person, whom `conversations.open` refuses:
 * https://github.com/slackapi/python-slack-sdk/issues/1156
 */
function destination(context: Context): StandInChannel {
  const { workspace, manifest } = context;
  const id = required(context, "channel");
  const person = workspace.person(id);
  if (person?.isBot) throw new SlackError("channel_not_found");
  const channel = person === undefined ? channelOf(context, id) : workspace.openDm([id]);
  if (channel.kind === "im" && manifest.messagesTab === false) throw new SlackError("messages_tab_disabled");
  if (channel.isArchived) throw new SlackError("is_archived");
  const isMember = channel.members.includes(workspace.bot.userId);
  const mayAnyway = channel.kind === "public" && manifest.scopes.includes("chat:write.public");
  if (!isMember && !mayAnyway) throw new SlackError("not_in_channel");
  checkRestrictions(context, channel);
  return channel;
}

/** Refuses a post as the channel's settings do: https://docs.slack.dev/reference/methods/chat.postMessage#errors */
function checkRestrictions(context: Context, channel: StandInChannel): void {
  if (channel.isFrozen) throw new SlackError("restricted_action");
  if (channel.isReadOnly) throw new SlackError("restricted_action_read_only_channel");
  if (channel.isThreadOnly && stringArg(context, "thread_ts") === "")
    throw new SlackError("restricted_action_thread_only_channel");
}

const write = () => ["chat:write"];

/** Source: https://docs.slack.dev/reference/methods/chat.postMessage */
export const postMessage: Method = {
  scopes: write,
  run(context) {
    const { workspace } = context;
    const channel = destination(context);
    const { text, blocks } = contentOf(context);
    const metadata = metadataOf(context);
    const threadTs = stringArg(context, "thread_ts");
    const { max } = limits.messageText;
    if (text.length > max)
      workspace.violate(context.method, "messageText", `text of ${text.length} characters, cut at ${max}`);
    const message = workspace.post({
      channel: channel.id,
      user: workspace.bot.userId,
      text: text.slice(0, max),
      blocks: blocks ?? [],
      ...(metadata !== undefined && { metadata }),
      ...(threadTs !== "" && { threadTs }),
    });
    return { channel: channel.id, ts: message.ts, message: messageObject(workspace, message, true) };
  },
};

function ownMessage(context: Context, tsKey: string, notOwn: string): StandInMessage {
  const channel = channelOf(context, required(context, "channel"));
  const message = context.workspace.message(channel.id, required(context, tsKey));
  if (message === undefined) throw new SlackError("message_not_found");
  if (message.user !== context.workspace.bot.userId) throw new SlackError(notOwn);
  if (channel.isArchived) throw new SlackError("is_inactive");
  return message;
}

/** Replaces a message's content. Omitted blocks are deleted, and omitted metadata is kept. */
export function replaceContent(
  context: Pick<Context, "workspace">,
  message: StandInMessage,
  content: Content,
): void {
  const { workspace } = context;
  message.text = content.text;
  message.blocks = workspace.normalize(content.blocks ?? []);
  message.values = stateOf(message.blocks, message.values);
  message.edited = { user: workspace.bot.userId, ts: workspace.nextTs() };
  workspace.messageChanged(message);
}

/**
 * Takes the ID of the message's channel, not a user ID. Source:
 * https://docs.slack.dev/reference/methods/chat.update
 */
export const update: Method = {
  scopes: write,
  run(context) {
    const { workspace, args } = context;
    const message = ownMessage(context, "ts", "cant_update_message");
    const content = contentOf(context);
    const { max } = limits.updateText;
    if (content.text.length > max)
      refuse(
        context,
        "msg_too_long",
        "updateText",
        `text of ${content.text.length} characters, at most ${max}`,
      );
    const metadata = metadataOf(context);
    if (metadata !== undefined) message.metadata = metadata;
    else if (args.metadata !== undefined) delete message.metadata;
    replaceContent(context, message, content);
    const { channel, ts, text } = message;
    return { channel, ts, text, message: messageObject(workspace, message, true) };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.delete */
export const deleteMessage: Method = {
  scopes: write,
  run(context) {
    const message = ownMessage(context, "ts", "cant_delete_message");
    context.workspace.removeMessage(message);
    return { channel: message.channel, ts: message.ts };
  },
};

/**
 * Shows the message to active members of the channel only. Source:
 * https://docs.slack.dev/reference/methods/chat.postEphemeral
 */
export const postEphemeral: Method = {
  scopes: write,
  run(context) {
    const { workspace } = context;
    const channel = destination(context);
    const user = required(context, "user");
    const person = workspace.person(user);
    if (person === undefined || person.deleted || !channel.members.includes(user))
      throw new SlackError("user_not_in_channel");
    const { text, blocks } = contentOf(context);
    const shown = workspace.whisper({ user, channel: channel.id, text, blocks: blocks ?? [] });
    return { message_ts: shown.ts };
  },
};

/** Source: https://docs.slack.dev/reference/methods/chat.getPermalink */
export const getPermalink: Method = {
  run(context) {
    const channel = channelOf(context, required(context, "channel"));
    const message = context.workspace.message(channel.id, required(context, "message_ts"));
    if (message === undefined) throw new SlackError("message_not_found");
    const permalink = `${context.publicUrl}archives/${channel.id}/p${message.ts.replace(".", "")}`;
    return { channel: channel.id, permalink };
  },
};
