import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { cleanName } from "../../domain/shared/clean-text.ts";
import type { ChannelFault } from "../../domain/shared/refusals.ts";
import { slackErrorClass } from "../../lib/slack-error.ts";

/** Whether review cards can be posted to a channel, and if not, why. */
export type ChannelCheck = { ok: true; name: string } | { ok: false; why: ChannelFault; name: string | null };

/** Another type counts by its truth value, so that one odd field does not make a channel look usable. */
const flag = z.coerce.boolean().nullish();

/** The fields of a channel that are checked: https://docs.slack.dev/reference/objects/conversation-object */
const conversation = z.object({
  name: z.string().nullish(),
  is_archived: flag,
  is_frozen: flag,
  is_member: flag,
  is_ext_shared: flag,
  is_pending_ext_shared: flag,
  is_org_shared: flag,
  is_thread_only: flag,
  is_read_only: flag,
  is_im: flag,
  is_mpim: flag,
});

/**
 * Returns why review cards cannot be posted to a channel as Slack describes it, or null if they can. A card is a message
 * outside of a thread, which only this organization may read.
 */
export function channelFault(described: unknown): ChannelFault | null {
  const { success, data: channel } = conversation.safeParse(described);
  if (!success || channel.is_im || channel.is_mpim || !cleanName(channel.name ?? "")) return "not-found";
  if (channel.is_archived) return "archived";
  if (channel.is_frozen) return "frozen";
  if (channel.is_ext_shared || channel.is_pending_ext_shared || channel.is_org_shared) return "shared";
  if (channel.is_thread_only) return "thread-only";
  if (!channel.is_member) return "not-member";
  if (channel.is_read_only) return "read-only";
  return null;
}

/**
 * Asks Slack whether the bot can post to a channel, and whether only this organization reads it. Slack says of a private
 * channel without the bot that it does not exist. Never rejects. https://docs.slack.dev/reference/methods/conversations.info
 */
export async function checkChannel(client: WebClient, channelId: string): Promise<ChannelCheck> {
  let described: unknown;
  try {
    described = (await client.conversations.info({ channel: channelId })).channel;
  } catch (error) {
    return { ok: false, why: slackErrorClass(error) === "channel" ? "not-found" : "unknown", name: null };
  }
  const why = channelFault(described);
  const name = cleanName(conversation.safeParse(described).data?.name ?? "") || null;
  if (why !== null) return { ok: false, why, name: why === "not-found" ? null : name };
  return { ok: true, name: name ?? channelId };
}
