import { type Reminder, stillReminds } from "../../domain/requests/reminder.ts";
import { getCardLink } from "../../queries/delivery/get-card.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { Message } from "../../slack/messages/card.ts";
import { reminderMessage } from "../../slack/messages/reminder-message.ts";

/** What of a notice's payload tells whether it still has to be sent. */
type RecipientStatus = { recipientId: string; reminder?: Reminder };

/** R11: whether a notice reminds of something that is not so any more: decided, expired, answered, somebody else's. */
export function isOver({ reminder, recipientId }: RecipientStatus, view: RequestView): boolean {
  if (reminder === undefined) return false;
  const { state, expiresAt, requester, reviewers, reviews } = view;
  const request = {
    ...{ state, expiresAt, requesterId: requester.id },
    reviewers: reviewers.map(({ id }) => id),
    answered: reviews.map(({ reviewer }) => reviewer.id),
  };
  return !stillReminds(reminder, request, recipientId);
}

/** A reminder as a message to one person, with the way to their card. */
export async function readReminder(
  db: Db,
  view: RequestView,
  reminder: Reminder,
  recipientId: string,
): Promise<Message> {
  const address = await getCardLink(db, view.organizationId, view.number, recipientId);
  return reminderMessage(view, reminder.state, address);
}
