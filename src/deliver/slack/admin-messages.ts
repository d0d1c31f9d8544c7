import type { Outcome } from "../../domain/delivery/outcome.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { adminMessage } from "../../slack/messages/admin-message.ts";
import type { Item } from "../item.ts";
import type { MessageDeps } from "./messages.ts";
import { post } from "./post.ts";
import { slackFault } from "./slack-fault.ts";

/** Tells one admin what is amiss; nothing where it was mended before the message went out. */
export async function sendAdminMessage(parts: MessageDeps, item: Item): Promise<Outcome> {
  const { organizationId, key, inDoubt } = item;
  const { recipientId, subjects } = item.payload as { recipientId: string; subjects: string[] };
  const message = adminMessage(await getWarnings(parts.db, organizationId, subjects, parts.now()));
  if (message === null) return { kind: "done" };
  try {
    const to = { userId: recipientId, key, inDoubt, since: item.createdAt };
    const { copies } = await post(parts.clientFor(organizationId), to, message);
    await parts.removeCopies(organizationId, copies);
    return { kind: "done" };
  } catch (error) {
    return slackFault(error);
  }
}
