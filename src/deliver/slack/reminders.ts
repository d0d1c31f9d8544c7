import { type Reminder, stillReminds } from "../../domain/requests/reminder.ts";
import type { Payload } from "../../outbox/items.ts";
import { getCardLink } from "../../queries/delivery/get-card.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { Message } from "../../slack/messages/card.ts";
import { reminderMessage } from "../../slack/messages/reminder-message.ts";

/** R11: whether a notice is a reminder that no longer applies, because the request moved on or this person reviewed it. */
export function isOver(
  { reminder, recipientId }: Payload<"send-message" | "send-email">,
  view: RequestView,
): boolean {
  if (reminder === undefined) return false;
  const { state, expiresAt, requester, reviewers, reviews } = view;
  const request = {
    ...{ state, expiresAt, requesterId: requester.id },
    reviewers: reviewers.map(({ id }) => id),
    answered: reviews.map(({ reviewer }) => reviewer.id),
  };
  return !stillReminds(reminder, request, recipientId);
}

/** Returns a reminder for one person, with a link to their card. */
export async function readReminder(
  db: Db,
  view: RequestView,
  reminder: Reminder,
  recipientId: string,
): Promise<Message> {
  const cardUrl = (await getCardLink(db, view.organizationId, view.number, recipientId)) ?? undefined;
  return reminderMessage(view, reminder.state, cardUrl);
}
