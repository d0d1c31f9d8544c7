import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { type EmailContent, getEmail } from "../../queries/delivery/get-email.ts";
import { getAddressRefusal } from "../../queries/delivery/get-outage.ts";
import type { Db } from "../../queries/shared/db.ts";
import type { CircuitBreaker, Entry } from "../circuit-breaker.ts";
import type { Item } from "../item.ts";
import type { SendEmail, SendResult } from "./send.ts";

export type EmailDelivery = {
  db: Db;
  now(): Date;
  from: string;
  breaker: CircuitBreaker;
  /** Sends under a key: the same key with the same bytes is sent once. */
  send: SendEmail;
  keepEmail(email: Kept): Promise<EmailContent>;
  /** An email of which nothing was sent is rendered anew at the next try. */
  forgetEmail(organizationId: string, key: string): Promise<void>;
  refuseAddress(organizationId: string, address: string, reason: string): Promise<void>;
  acceptAddress(organizationId: string, address: string): Promise<void>;
};

type Kept = {
  organizationId: string;
  key: string;
  /** Null: it tells of none. */
  requestNumber: number | null;
  recipientId: MemberId;
  content: EmailContent;
};

/**
 * How long an email is tried with its key, in milliseconds: Resend forgets a key after 24 hours
 * (https://resend.com/docs/dashboard/emails/idempotency-keys), and would send it a second time.
 */
const keyLifeMs = 23 * 3_600_000;

/**
 * Sends an item's email: rendered at the first try, the same bytes and key at every other. Nothing is tried while
 * Resend refuses all that we send, nor to an address that it refused.
 *
 * @param render its words, or why there is nothing to send
 */
export async function deliverEmail(
  parts: EmailDelivery,
  item: Item,
  about: { requestNumber: number | null; recipientId: MemberId },
  render: () => Promise<EmailContent | Outcome>,
): Promise<Outcome> {
  const { db, now } = parts;
  const { organizationId, key } = item;
  const kept = await getEmail(db, organizationId, key);
  if (kept !== undefined && now().getTime() - kept.createdAt.getTime() >= keyLifeMs) {
    return { kind: "dead", reason: tooOld(item) };
  }
  const content = kept?.content ?? (await render());
  if ("kind" in content) return content;
  const refusal = await getAddressRefusal(db, organizationId, content.to, now());
  if (refusal?.rests) return { kind: "dead", reason: `the address was refused before: ${refusal.reason}` };
  const entry = await parts.breaker.enter(organizationId);
  if (typeof entry !== "string") return entry;
  const email = kept?.content ?? (await parts.keepEmail({ organizationId, key, ...about, content }));
  const result = await parts.send(email, `${organizationId}/${key}`);
  if (result.kind === "done" && refusal !== undefined) await parts.acceptAddress(organizationId, email.to);
  return outcomeOf(parts, item, email, result, entry);
}

function tooOld({ reason }: Item): string {
  const why = reason === null ? "" : `; ${reason}`;
  return `given up 23 hours after the first try, before Resend would send it twice${why}`;
}

async function outcomeOf(
  parts: EmailDelivery,
  item: Item,
  email: EmailContent,
  result: SendResult,
  entry: Entry,
): Promise<Outcome> {
  const { organizationId } = item;
  if (result.kind === "done") {
    if (entry === "probe") await parts.breaker.accepted(organizationId);
    return result;
  }
  // Nothing of it was sent: it is rendered anew when there is room, and its key's time has not begun.
  if (result.kind === "postponed" && !item.inDoubt) await parts.forgetEmail(organizationId, item.key);
  if (result.kind !== "refused") return result;
  const { what, reason } = result;
  if (what === "address") {
    await parts.refuseAddress(organizationId, email.to, reason);
    return { kind: "dead", reason };
  }
  return senderRefused(parts, item, email, reason);
}

/**
 * Nothing of an email was sent whose sender is refused, unless an earlier try may have got through: it is forgotten, so
 * that it goes out from whoever is the sender by then.
 */
async function senderRefused(
  parts: EmailDelivery,
  { organizationId, key, inDoubt }: Item,
  email: EmailContent,
  reason: string,
): Promise<Outcome> {
  if (!inDoubt) await parts.forgetEmail(organizationId, key);
  if (email.from === parts.from) return parts.breaker.refused(organizationId, reason);
  // The sender was changed since it was rendered: the refusal says nothing of the present one.
  return inDoubt ? { kind: "dead", reason } : { kind: "postponed", afterMs: 0, reason };
}
