import type { WebClient } from "@slack/web-api";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";

/** Slack's maximum: https://docs.slack.dev/reference/methods/conversations.members */
const pageSize = 1000;

/** The bot cannot read the channel's members, so the channel counts as reaching nobody. */
const unreadable = new Set([
  "channel_not_found",
  "not_in_channel",
  "missing_scope",
  "access_denied",
  "team_access_not_granted",
]);

/**
 * Whether a channel is shared with other organizations, or an invitation to one is pending. It may have been shared after
 * it was chosen. https://docs.slack.dev/reference/objects/conversation-object
 */
export async function sharedWithOthers(client: WebClient, channel: string): Promise<boolean> {
  const { channel: found } = await client.conversations.info({ channel });
  return found?.is_ext_shared === true || found?.is_pending_ext_shared === true;
}

/** Returns the ids of those people who are not members of a channel. */
export async function listOutsideChannel(
  client: WebClient,
  channel: string,
  people: readonly Person[],
): Promise<MemberId[]> {
  const missing = new Set(people.map(({ id }) => id));
  let cursor = "";
  try {
    do {
      const paging = cursor === "" ? {} : { cursor };
      const page = await client.conversations.members({ channel, limit: pageSize, ...paging });
      for (const id of page.members ?? []) missing.delete(id);
      cursor = page.response_metadata?.next_cursor ?? "";
    } while (cursor !== "" && missing.size > 0);
  } catch (error) {
    if (!unreadable.has(slackErrorCode(error) ?? "")) throw error;
    return people.map(({ id }) => id);
  }
  return [...missing];
}
