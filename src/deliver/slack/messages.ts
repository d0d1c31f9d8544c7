import type { WebClient } from "@slack/web-api";
import { notNeeded, type Outcome } from "../../domain/delivery/outcome.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import type { Reminder } from "../../domain/requests/reminder.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import type { Db } from "../../queries/shared/db.ts";
import { outcomeMessage } from "../../slack/messages/outcome-message.ts";
import type { Item } from "../item.ts";
import { type Posted, post } from "./post.ts";
import { isOver, readReminder } from "./reminders.ts";
import { slackFault } from "./slack-fault.ts";

export type MessageDeps = {
  db: Db;
  now(): Date;
  clientFor(organizationId: string): WebClient;
  /** Takes away further messages that earlier tries had posted. */
  removeCopies(organizationId: string, copies: readonly Posted[]): Promise<void>;
};

/** Sends one notice as a message of its own, which notifies; a card that is re-drawn does not. */
export async function sendMessage(parts: MessageDeps, item: Item): Promise<Outcome> {
  const { organizationId, key, inDoubt } = item;
  const payload = item.payload as {
    number: number;
    event: RequestEvent;
    recipientId: string;
    reminder?: Reminder;
  };
  const { number, event, recipientId, reminder } = payload;
  const view = await getRequest(parts.db, organizationId, number, parts.now());
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  if (isOver(payload, view)) return notNeeded(item);
  const message = reminder
    ? await readReminder(parts.db, view, reminder, recipientId)
    : outcomeMessage(view, event);
  try {
    const to = { userId: recipientId, key, inDoubt, since: item.createdAt };
    const { copies } = await post(parts.clientFor(organizationId), to, message);
    await parts.removeCopies(organizationId, copies);
    return { kind: "done" };
  } catch (error) {
    return slackFault(error);
  }
}
