import { notNeeded, type Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { RequestEvent } from "../../domain/requests/notices.ts";
import type { Reminder } from "../../domain/requests/reminder.ts";
import type { EmailContent } from "../../queries/delivery/get-email.ts";
import { getMember } from "../../queries/people/get-member.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import type { Item } from "../item.ts";
import { isOver } from "../slack/reminders.ts";
import { deliverEmail, type EmailDelivery } from "./email-delivery.ts";
import { renderNotice } from "./render/render.tsx";

export type EmailDeps = EmailDelivery & {
  /** The signed address that leads to a person's own card. */
  linkFor(organizationId: string, number: number, memberId: MemberId): string;
};

/** What an email tells, and whom. */
type RecipientStatus = { number: number; event: RequestEvent; recipientId: MemberId; reminder?: Reminder };

/** Sends one notice of a request as an email. */
export async function sendEmail(parts: EmailDeps, item: Item): Promise<Outcome> {
  if (await remindsOfNothing(parts, item)) return notNeeded(item);
  const { number: requestNumber, recipientId } = item.payload as RecipientStatus;
  return deliverEmail(parts, item, { requestNumber, recipientId }, () => render(parts, item));
}

/** R11: asked at every try, as an email that waited may remind of what has been decided since. */
async function remindsOfNothing({ db, now }: EmailDeps, item: Item): Promise<boolean> {
  const payload = item.payload as RecipientStatus;
  if (payload.reminder === undefined) return false;
  const view = await getRequest(db, item.organizationId, payload.number, now());
  return view !== undefined && isOver(payload, view);
}

async function render(parts: EmailDeps, { organizationId, payload }: Item): Promise<EmailContent | Outcome> {
  const { number, event, recipientId } = payload as RecipientStatus;
  const [view, recipient] = await Promise.all([
    getRequest(parts.db, organizationId, number, parts.now()),
    getMember(parts.db, organizationId, recipientId),
  ]);
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  // Nobody is asked for a review that is not needed any more.
  if (event === "requested" && view.state !== "pending") return { kind: "done" };
  if (recipient?.status === "deactivated") return { kind: "done", reason: "they have left the workspace" };
  if (recipient === undefined || recipient.email === null)
    return { kind: "dead", reason: "no email address" };
  const link = parts.linkFor(organizationId, number, recipientId);
  const { subject, html, text } = await renderNotice({ view, event, recipient, link });
  return { from: parts.from, to: recipient.email, subject, html, text };
}
