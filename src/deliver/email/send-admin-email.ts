import type { Outage } from "../../domain/delivery/outages.ts";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import type { EmailContent } from "../../queries/delivery/get-email.ts";
import { getWarnings } from "../../queries/delivery/get-warnings.ts";
import { getMember } from "../../queries/people/get-member.ts";
import { deliverEmail, type EmailDelivery } from "./deliver-email.ts";
import { renderOutage } from "./render/outage-mail.tsx";

/** Tells one admin by email that Slack rejects the token, or denies it a method. Sends nothing if that has ended. */
export async function sendAdminEmail(
  deps: EmailDelivery,
  item: Item<Payload<"send-admin-email">>,
): Promise<Outcome> {
  const { db, now } = deps.context;
  const { recipientId, subjects } = item.payload;
  const { outages, deniedCalls = [] } = await getWarnings(db, item.organizationId, subjects, now());
  const [outage] = [...outages, ...deniedCalls];
  if (outage === undefined) return { kind: "done" };
  return deliverEmail(deps, item, { requestNumber: null, recipientId }, () =>
    render(deps, item.organizationId, recipientId, outage),
  );
}

async function render(
  { context, from }: EmailDelivery,
  organizationId: string,
  recipientId: MemberId,
  outage: Outage & { method?: string },
): Promise<EmailContent | Outcome> {
  const recipient = await getMember(context.db, organizationId, recipientId);
  if (recipient === undefined || recipient.email === null)
    return { kind: "dead", reason: "no email address" };
  return { from, to: recipient.email, ...(await renderOutage(outage, recipient.timeZone)) };
}
