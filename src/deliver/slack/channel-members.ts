import type { WebClient } from "@slack/web-api";
import type { MemberId, Person } from "../../domain/people/people.ts";
import { isDeniedCall, slackErrorClass } from "../../lib/slack-error.ts";
import { channelFault } from "../../slack/client/check-channel.ts";

/** Slack's maximum: https://docs.slack.dev/reference/methods/conversations.members */
const pageSize = 1000;

/** Why a channel cannot show cards, for each fault that it may have got after it was chosen. */
const faultWords = {
  shared: "The channel is shared with other organizations",
  archived: "The channel is archived",
  frozen: "The channel is frozen",
  "thread-only": "The channel takes replies in threads only",
} as const;

/** Returns why cards can no longer go to a channel that was chosen earlier, or null. Other faults show when it is posted to. */
export async function whyUnusable(client: WebClient, channel: string): Promise<string | null> {
  const fault = channelFault((await client.conversations.info({ channel })).channel);
  return fault !== null && fault in faultWords ? faultWords[fault as keyof typeof faultWords] : null;
}

/** Returns the ids of those people who are not members of a channel. A channel that cannot be read reaches nobody. */
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
    if (slackErrorClass(error) !== "channel" && !isDeniedCall(error)) throw error;
    return people.map(({ id }) => id);
  }
  return [...missing];
}
