import type { WebClient } from "@slack/web-api";
import { isDeniedCall, slackErrorClass } from "../../lib/slack-error.ts";
import { ids } from "../../slack/kernel/ids.ts";
import type { Message } from "../../slack/messages/card.ts";
import { checkRecipient, openConversation, type Recipient } from "./check-recipient.ts";

/** A posted message. `channel` is the ID that Slack returned (D… for a person): only with that can it be updated. */
export type Posted = { channel: string; ts: string };

/** `found`: an earlier attempt posted it, so it may be out of date. `copies`: more messages with the same key. */
export type Sent = Posted & { found: boolean; copies: Posted[] };

/** A message that may have been posted, to a person's direct messages or to a channel. */
type Search = (Recipient | { channelId: string }) & {
  /** The key in the message's metadata. */
  key: string;
  /** The ts of a message to leave out. */
  except?: string;
  /** The earliest time at which it can have been posted. Without it, the search goes back as far as it can. */
  since?: Date;
};

/** A search for a message reads at most this many pages of a conversation. */
const pages = 5;
const pageSize = 200;

/** The largest expected difference between Slack's clock and the database's, in milliseconds. */
const clockSkewMs = 600_000;

/**
 * Posts to a person's direct messages or to a channel, with the key in the message's metadata. Throws
 * `RecipientDeactivated` if the person no longer uses Slack.
 *
 * @param to.inDoubt an earlier attempt may have posted it: the conversation is searched for the key first
 */
export async function post(
  client: WebClient,
  to: Search & { inDoubt: boolean },
  message: Message,
): Promise<Sent> {
  const [earlier, ...copies] = to.inDoubt ? await findPosted(client, to) : [];
  if (earlier !== undefined) return { ...earlier, found: true, copies };
  if ("userId" in to) await checkRecipient(client, to);
  const { channel, ts } = await client.chat.postMessage({
    channel: "channelId" in to ? to.channelId : to.userId,
    ...message,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: ids.metadata, event_payload: { key: to.key } },
  });
  if (channel === undefined || ts === undefined)
    throw new Error("Slack posted a message but did not return its channel and timestamp");
  return { channel, ts, found: false, copies: [] };
}

/** Returns every message with this key in the conversation, newest first. */
export async function findPosted(client: WebClient, search: Search): Promise<Posted[]> {
  const channel = "channelId" in search ? search.channelId : await openConversation(client, search);
  if (channel === undefined) return [];
  try {
    return await searchHistory(client, channel, search);
  } catch (error) {
    // The bot may not read the history: a second message is better than none.
    if (isDeniedCall(error) || slackErrorClass(error) === "channel") return [];
    throw error;
  }
}

/** Source: https://docs.slack.dev/reference/methods/conversations.history */
async function searchHistory(
  client: WebClient,
  channel: string,
  { key, except, since }: Search,
): Promise<Posted[]> {
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
      if (keyIn(metadata) === key && ts !== undefined && ts !== except) found.push({ channel, ts });
    }
    cursor = history.response_metadata?.next_cursor ?? "";
    if (cursor === "") break;
  }
  return found;
}

/** Returns the key that `post` put into a message's metadata; undefined for every other message. */
function keyIn(metadata: { event_type?: string; event_payload?: object } | undefined): unknown {
  const { event_type: type, event_payload: payload } = metadata ?? {};
  return type === ids.metadata && payload !== undefined && "key" in payload ? payload.key : undefined;
}
