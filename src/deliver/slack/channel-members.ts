import type { WebClient } from "@slack/web-api";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";

/** What Slack takes at most: https://docs.slack.dev/reference/methods/conversations.members */
const page = 1000;

/** The bot may not look, or there is nothing to look at: then nobody is reached through the channel. */
const hidden = new Set([
  "channel_not_found",
  "not_in_channel",
  "missing_scope",
  "access_denied",
  "team_access_not_granted",
]);

/**
 * Whether people of other organizations read a channel, or are invited to: it may have been shared since it was chosen.
 * https://docs.slack.dev/reference/objects/conversation-object
 */
export async function sharedWithOthers(client: WebClient, channel: string): Promise<boolean> {
  const { channel: found } = await client.conversations.info({ channel });
  return found?.is_ext_shared === true || found?.is_pending_ext_shared === true;
}

/** Those of these people who are not in a channel. */
export async function outsideChannel(
  client: WebClient,
  channel: string,
  people: readonly Person[],
): Promise<MemberId[]> {
  const missing = new Set(people.map(({ id }) => id));
  let cursor = "";
  try {
    do {
      const paging = cursor === "" ? {} : { cursor };
      const answer = await client.conversations.members({ channel, limit: page, ...paging });
      for (const id of answer.members ?? []) missing.delete(id);
      cursor = answer.response_metadata?.next_cursor ?? "";
    } while (cursor !== "" && missing.size > 0);
  } catch (error) {
    if (!hidden.has(slackErrorCode(error) ?? "")) throw error;
    return people.map(({ id }) => id);
  }
  return [...missing];
}
