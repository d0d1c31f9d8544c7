import type { WebClient } from "@slack/web-api";
import type { ChannelFault } from "../../domain/shared/refusals.ts";
import { checkChannel } from "./check-channel.ts";

/** The most channels per page: https://docs.slack.dev/reference/methods/conversations.list */
const pageSize = 1_000;

export type FoundChannel =
  | { ok: true; id: string; name: string }
  | { ok: false; why: ChannelFault; name: string | null };

/**
 * Finds a channel by its id, or by its name without `#`, and checks whether review cards can be posted to it. Slack shows
 * private channels only to their members, so one without the bot is not found.
 */
export async function findChannel(client: WebClient, idOrName: string): Promise<FoundChannel> {
  const id = /^[CG][A-Z0-9]{6,}$/.test(idOrName) ? idOrName : await findId(client, idOrName);
  if (id === undefined) return { ok: false, why: "not-found", name: idOrName };
  const checked = await checkChannel(client, id);
  return checked.ok ? { ...checked, id } : checked;
}

async function findId(client: WebClient, name: string): Promise<string | undefined> {
  let cursor = "";
  do {
    const page = await client.conversations.list({
      ...{ types: "public_channel,private_channel", exclude_archived: false, limit: pageSize },
      ...(cursor !== "" && { cursor }),
    });
    const found = page.channels?.find((channel) => channel.name === name && !channel.is_archived);
    if (found?.id !== undefined) return found.id;
    cursor = page.response_metadata?.next_cursor ?? "";
  } while (cursor !== "");
  return undefined;
}
