import type { WebClient } from "@slack/web-api";
import { deactivatedReason } from "../../domain/delivery/delivery-coverage.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { slackErrorClass, slackErrorCode } from "../../lib/slack-error.ts";

/** A person who gets a message, with what reads their name. */
export type Recipient = { userId: MemberId; name: () => Promise<string> };

/** Thrown when a person no longer uses Slack, so that no message reaches them. The message is the reason. */
export class RecipientDeactivated extends Error {}

/**
 * Returns the ID of the bot's conversation with a person (D…).
 *
 * @throws RecipientDeactivated if the person no longer uses Slack
 */
export async function openConversation(client: WebClient, to: Recipient): Promise<string | undefined> {
  try {
    return (await client.conversations.open({ users: to.userId })).channel?.id;
  } catch (error) {
    if (slackErrorCode(error) !== "user_disabled") throw error;
    throw new RecipientDeactivated(deactivatedReason(await to.name()));
  }
}

/**
 * Throws if a message would not reach a person. Slack accepts posts to people who were deactivated
 * (https://github.com/slackapi/python-slack-sdk/issues/1156), but does not open a conversation with them. While Slack
 * does not answer that, the message goes out.
 */
export async function checkRecipient(client: WebClient, to: Recipient): Promise<void> {
  try {
    await openConversation(client, to);
  } catch (error) {
    if (error instanceof RecipientDeactivated || slackErrorClass(error) === "person") throw error;
  }
}
