import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { cleanName } from "../../domain/shared/clean-text.ts";
import type { ChannelFault } from "../../domain/shared/refusals.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";

/** Whether review cards can be posted to a channel, and if not, why. */
export type ChannelCheck = { ok: true; name: string } | { ok: false; why: ChannelFault; name: string | null };

/** The fields of a channel that are checked: https://docs.slack.dev/reference/objects/conversation-object */
const conversation = z.object({
  name: z.string().nullish(),
  is_archived: z.boolean().nullish(),
  is_member: z.boolean().nullish(),
  is_ext_shared: z.boolean().nullish(),
  is_pending_ext_shared: z.boolean().nullish(),
  is_read_only: z.boolean().nullish(),
  is_im: z.boolean().nullish(),
  is_mpim: z.boolean().nullish(),
});

/**
 * Asks Slack whether the bot can post to a channel, and whether only this organization reads it. Slack says of a private
 * channel without the bot that it does not exist. Never rejects. https://docs.slack.dev/reference/methods/conversations.info
 */
export async function checkChannel(client: WebClient, channelId: string): Promise<ChannelCheck> {
  let channel: z.infer<typeof conversation>;
  try {
    channel = conversation.parse((await client.conversations.info({ channel: channelId })).channel ?? {});
  } catch (error) {
    const isMissing = slackErrorCode(error) === "channel_not_found";
    return { ok: false, why: isMissing ? "not-found" : "unknown", name: null };
  }
  const name = cleanName(channel.name ?? "") || null;
  if (channel.is_im || channel.is_mpim || name === null) return { ok: false, why: "not-found", name: null };
  if (channel.is_archived) return { ok: false, why: "archived", name };
  if (channel.is_ext_shared || channel.is_pending_ext_shared) return { ok: false, why: "shared", name };
  if (!channel.is_member) return { ok: false, why: "not-member", name };
  if (channel.is_read_only) return { ok: false, why: "read-only", name };
  return { ok: true, name };
}
