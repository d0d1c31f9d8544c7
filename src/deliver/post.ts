import type { WebClient } from "@slack/web-api";
import { ids } from "../slack/ids.ts";
import type { Message } from "../slack/views/card.ts";

/** Where a message stands. The channel is the id that Slack answered with, for a person D…: only with it can it be updated. */
export type Posted = { channel: string; ts: string };

/** `found`: an earlier try had posted it, so it shows what was true then. */
export type Sent = Posted & { found: boolean };

/** Whose direct messages, or which channel. */
type Place = { userId: string } | { channelId: string };

/** How far back a conversation is searched for a message whose answer was lost. */
const searched = 100;

/**
 * Posts to a person's direct messages or to a channel, with our key in the message's metadata.
 *
 * @param to.inDoubt an earlier try may have posted it: then the conversation is searched for the key first
 * @param to.except the ts of a message that cannot be used any more
 */
export async function post(
  client: WebClient,
  to: Place & { key: string; inDoubt: boolean; except?: string },
  message: Message,
): Promise<Sent> {
  const earlier = to.inDoubt ? await find(client, to, to.key, to.except) : undefined;
  if (earlier !== undefined) return { ...earlier, found: true };
  const { channel, ts } = await client.chat.postMessage({
    channel: "channelId" in to ? to.channelId : to.userId,
    ...message,
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: ids.metadata, event_payload: { key: to.key } },
  });
  if (channel === undefined || ts === undefined)
    throw new Error("Slack posted a message and did not say where");
  return { channel, ts, found: false };
}

async function find(
  client: WebClient,
  place: Place,
  key: string,
  except?: string,
): Promise<Posted | undefined> {
  const channel =
    "channelId" in place
      ? place.channelId
      : (await client.conversations.open({ users: place.userId })).channel?.id;
  if (channel === undefined) return undefined;
  const history = await client.conversations.history({
    channel,
    include_all_metadata: true,
    limit: searched,
  });
  const found = history.messages?.find(({ metadata, ts }) => {
    if (ts === except) return false;
    const payload = metadata?.event_payload as { key?: string } | undefined;
    return metadata?.event_type === ids.metadata && payload?.key === key;
  });
  return found?.ts === undefined ? undefined : { channel, ts: found.ts };
}
