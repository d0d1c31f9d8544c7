import type { WebClient } from "@slack/web-api";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { ids } from "../../slack/kernel/ids.ts";
import type { Message } from "../../slack/messages/card.ts";

/** Where a message stands. The channel is the id that Slack answered with, for a person D…: only with it can it be updated. */
export type Posted = { channel: string; ts: string };

/**
 * `found`: an earlier try had posted it, so it shows what was true then. `copies`: further messages with the same key,
 * which earlier tries had posted, too.
 */
export type Sent = Posted & { found: boolean; copies: Posted[] };

/** Whose direct messages, or which channel. */
type Place = { userId: string } | { channelId: string };

/** A message that may have been posted: where to, and the key in its metadata. */
type Sought = Place & {
  key: string;
  /** The ts of a message that cannot be used any more. */
  except?: string;
  /** When it can have been posted at the earliest; without it as far back as a search goes. */
  since?: Date;
};

/** How far back a conversation is searched for a message whose answer was lost: so many pages of so many messages. */
const pages = 5;
const pageSize = 200;

/** By how much Slack's clock and ours may differ, in milliseconds. */
const clockSkewMs = 600_000;

/**
 * Posts to a person's direct messages or to a channel, with our key in the message's metadata.
 *
 * @param to.inDoubt an earlier try may have posted it: then the conversation is searched for the key first
 */
export async function post(
  client: WebClient,
  to: Sought & { inDoubt: boolean },
  message: Message,
): Promise<Sent> {
  const [earlier, ...copies] = to.inDoubt ? await findPosted(client, to) : [];
  if (earlier !== undefined) return { ...earlier, found: true, copies };
  const { channel, ts } = await client.chat.postMessage({
    channel: "channelId" in to ? to.channelId : to.userId,
    ...message,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: ids.metadata, event_payload: { key: to.key } },
  });
  if (channel === undefined || ts === undefined)
    throw new Error("Slack posted a message and did not say where");
  return { channel, ts, found: false, copies: [] };
}

/** Every message with this key that stands in the conversation, the newest first. */
export async function findPosted(client: WebClient, sought: Sought): Promise<Posted[]> {
  const channel =
    "channelId" in sought
      ? sought.channelId
      : (await client.conversations.open({ users: sought.userId })).channel?.id;
  if (channel === undefined) return [];
  try {
    return await search(client, channel, sought);
  } catch (error) {
    // The bot may not look: a second message is better than none.
    if (slackErrorCode(error) === "missing_scope") return [];
    throw error;
  }
}

/** Source: https://docs.slack.dev/reference/methods/conversations.history */
async function search(client: WebClient, channel: string, { key, except, since }: Sought): Promise<Posted[]> {
  const oldest = since === undefined ? {} : { oldest: String((since.getTime() - clockSkewMs) / 1000) };
  const found: Posted[] = [];
  let cursor = "";
  for (let page = 0; page < pages; page += 1) {
    const paging = cursor === "" ? {} : { cursor };
    const history = await client.conversations.history({
      channel,
      include_all_metadata: true,
      limit: pageSize,
      ...oldest,
      ...paging,
    });
    for (const { metadata, ts } of history.messages ?? []) {
      const payload = metadata?.event_payload as { key?: string } | undefined;
      const ours = metadata?.event_type === ids.metadata && payload?.key === key;
      if (ours && ts !== undefined && ts !== except) found.push({ channel, ts });
    }
    cursor = history.response_metadata?.next_cursor ?? "";
    if (cursor === "") break;
  }
  return found;
}
