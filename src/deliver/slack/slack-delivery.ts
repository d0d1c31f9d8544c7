import type { WebClient } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Item } from "../../outbox/handlers.ts";
import { getMember } from "../../queries/people/get-member.ts";
import type { Message } from "../../slack/messages/card.ts";
import { removeMessages } from "../../usecases/delivery/remove-messages.ts";
import type { Context } from "../../usecases/shared/context.ts";
import { post } from "./post.ts";
import { slackFault } from "./slack-fault.ts";

/** What every delivery to Slack needs. */
export type SlackDelivery = {
  context: Context;
  /** Returns the client of an organization's workspace. */
  clientFor(organizationId: string): WebClient;
};

/** Returns what reads a person's name, or their ID if they are not stored. */
export const readName =
  ({ db }: Context, organizationId: string, memberId: MemberId) =>
  async (): Promise<string> =>
    (await getMember(db, organizationId, memberId))?.name ?? memberId;

/** Sends an item's message to a person, and removes the copies that earlier attempts posted. */
export async function sendToPerson(
  { context, clientFor }: SlackDelivery,
  { organizationId, key, inDoubt, createdAt }: Item,
  recipientId: MemberId,
  message: Message,
): Promise<Outcome> {
  try {
    const name = readName(context, organizationId, recipientId);
    const to = { userId: recipientId, name, key, inDoubt, since: createdAt };
    const { copies } = await post(clientFor(organizationId), to, message);
    const removals = copies.map((copy) => ({ ...copy, cardId: null }));
    await removeMessages(context, organizationId, removals);
    return { kind: "done" };
  } catch (error) {
    return slackFault(error);
  }
}
