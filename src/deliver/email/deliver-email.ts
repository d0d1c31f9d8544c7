import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Item } from "../../outbox/handlers.ts";
import { type EmailContent, getEmail } from "../../queries/delivery/get-email.ts";
import { getAddressRefusal } from "../../queries/delivery/get-outage.ts";
import { getMemberByEmail } from "../../queries/people/get-member-by-email.ts";
import { acceptAddress, refuseAddress } from "../../usecases/delivery/refuse-address.ts";
import { forgetEmail, storeEmail } from "../../usecases/delivery/store-email.ts";
import type { Context } from "../../usecases/shared/context.ts";
import type { CircuitBreaker, Entry } from "../circuit-breaker.ts";
import type { SendEmail, SendResult } from "./resend.ts";

export type EmailDelivery = {
  context: Context;
  /** `Name <address>` or an address. */
  from: string;
  breaker: CircuitBreaker;
  send: SendEmail;
};

/** The email's request, or null if it is not about one, and its recipient. */
type About = { requestNumber: number | null; recipientId: MemberId };

/**
 * How long an email is tried, in milliseconds. Resend forgets an idempotency key after 24 hours
 * (https://resend.com/docs/dashboard/emails/idempotency-keys), and would then send the email twice.
 */
const keyLifeMs = 23 * 3_600_000;

/**
 * Sends an item's email. It is rendered at the first attempt; every other attempt sends the same bytes under the same
 * key. Nothing is sent while Resend rejects Signoff's key or sender, nor to an address that it refused.
 *
 * @param render returns the email, or the outcome if there is nothing to send
 */
export async function deliverEmail(
  deps: EmailDelivery,
  item: Item,
  about: About,
  render: () => Promise<EmailContent | Outcome>,
): Promise<Outcome> {
  const { context, breaker } = deps;
  const { db, now } = context;
  const { organizationId, key } = item;
  const stored = await getEmail(db, organizationId, key);
  if (stored !== undefined && now().getTime() - stored.createdAt.getTime() >= keyLifeMs) {
    return { kind: "dead", reason: tooOld(item) };
  }
  if (stored !== undefined && (await hasMoved(deps, organizationId, about.recipientId, stored.content.to))) {
    if (item.inDoubt) return { kind: "dead", reason: "the email address belongs to somebody else now" };
    await forgetEmail(context, organizationId, key);
    return { kind: "postponed", afterMs: 0, reason: "the email address belongs to somebody else now" };
  }
  const content = stored?.content ?? (await render());
  if ("kind" in content) return content;
  const refusal = await getAddressRefusal(db, organizationId, content.to, now());
  if (refusal?.rests) return { kind: "dead", reason: `the address was refused before: ${refusal.reason}` };
  const entry = await breaker.enter(organizationId);
  if (typeof entry !== "string") return entry;
  const email = stored?.content ?? (await storeEmail(context, { organizationId, key, ...about, content }));
  const result = await deps.send(email, `${organizationId}/${key}`);
  if (result.kind === "done" && refusal !== undefined) await acceptAddress(context, organizationId, email.to);
  return outcomeOf(deps, item, email, result, entry);
}

/** Whether an email that was rendered earlier is to an address that is somebody else's now. */
async function hasMoved(
  { context }: EmailDelivery,
  organizationId: string,
  recipientId: MemberId,
  to: string,
): Promise<boolean> {
  const holder = await getMemberByEmail(context.db, organizationId, to);
  return holder !== undefined && holder.id !== recipientId;
}

function tooOld({ reason }: Item): string {
  const lastReason = reason === null ? "" : `; ${reason}`;
  return `given up 23 hours after the first try, before Resend would send it twice${lastReason}`;
}

async function outcomeOf(
  deps: EmailDelivery,
  item: Item,
  email: EmailContent,
  result: SendResult,
  entry: Entry,
): Promise<Outcome> {
  const { context, breaker } = deps;
  const { organizationId } = item;
  if (result.kind === "done") {
    if (entry === "probe") await breaker.accepted(organizationId);
    return result;
  }
  // Nothing was sent: the next attempt renders it again, and its key's 23 hours start then.
  if (result.kind === "postponed" && !item.inDoubt) await forgetEmail(context, organizationId, item.key);
  if (result.kind !== "refused") return result;
  const { what, reason } = result;
  if (what === "address") {
    await refuseAddress(context, organizationId, email.to, reason);
    return { kind: "dead", reason };
  }
  return senderRefused(deps, item, email, reason);
}

/**
 * Handles a rejected sender. Unless an earlier attempt may have succeeded, nothing was sent, and the email is forgotten:
 * the next attempt uses the sender that is configured then.
 */
async function senderRefused(
  { context, breaker, from }: EmailDelivery,
  { organizationId, key, inDoubt }: Item,
  email: EmailContent,
  reason: string,
): Promise<Outcome> {
  if (!inDoubt) await forgetEmail(context, organizationId, key);
  if (email.from === from) return breaker.refused(organizationId, reason);
  // The sender has changed since the email was rendered, so the current one was not rejected.
  return inDoubt ? { kind: "dead", reason } : { kind: "postponed", afterMs: 0, reason };
}
