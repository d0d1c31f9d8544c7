import type { WebClient } from "@slack/web-api";
import type { RequestEvent } from "../domain/notices.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { Db } from "../queries/db.ts";
import { getRequest } from "../queries/get-request.ts";
import { outcomeMessage } from "../slack/views/outcome-message.ts";
import type { Item } from "./item.ts";
import { post } from "./post.ts";
import { slackFault } from "./slack-fault.ts";

export type MessageParts = { db: Db; now(): Date; clientFor(organizationId: string): WebClient };

/** Sends one notice as a message of its own, which notifies; a card that is re-drawn does not. */
export async function sendMessage(parts: MessageParts, item: Item): Promise<Outcome> {
  const { organizationId, key, inDoubt } = item;
  const { number, event, recipientId } = item.payload as {
    number: number;
    event: RequestEvent;
    recipientId: string;
  };
  const view = await getRequest(parts.db, organizationId, number, parts.now());
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  try {
    await post(
      parts.clientFor(organizationId),
      { userId: recipientId, key, inDoubt },
      outcomeMessage(view, event),
    );
    return { kind: "done" };
  } catch (error) {
    return slackFault(error);
  }
}
