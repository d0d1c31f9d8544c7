import type { Outage } from "../../domain/delivery/outages.ts";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { EmailContent } from "../../queries/delivery/get-email.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { getMember } from "../../queries/people/get-member.ts";
import type { Item } from "../item.ts";
import { deliverEmail, type EmailDelivery } from "./email-delivery.ts";
import { renderOutage } from "./render/outage-mail.tsx";

type RecipientStatus = { recipientId: MemberId; subjects: string[] };

/** Tells one admin by email that Slack refuses us; nothing where it accepted us again before the email went out. */
export async function sendAdminEmail(parts: EmailDelivery, item: Item): Promise<Outcome> {
  const { db, now } = parts;
  const { recipientId, subjects } = item.payload as RecipientStatus;
  const [stop] = (await getWarnings(db, item.organizationId, subjects, now())).stops;
  if (stop === undefined) return { kind: "done" };
  return deliverEmail(parts, item, { requestNumber: null, recipientId }, () =>
    render(parts, item.organizationId, recipientId, stop),
  );
}

async function render(
  { db, from }: EmailDelivery,
  organizationId: string,
  recipientId: MemberId,
  stop: Outage,
): Promise<EmailContent | Outcome> {
  const recipient = await getMember(db, organizationId, recipientId);
  if (recipient === undefined || recipient.email === null)
    return { kind: "dead", reason: "no email address" };
  return { from, to: recipient.email, ...(await renderOutage(stop, recipient.timeZone)) };
}
