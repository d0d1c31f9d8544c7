import type { RequestEvent } from "../domain/notices.ts";
import type { Outcome } from "../domain/outcome.ts";
import type { MemberId } from "../domain/people.ts";
import type { Db } from "../queries/db.ts";
import { type EmailContent, getEmail } from "../queries/get-email.ts";
import { getMember } from "../queries/get-member.ts";
import { getRequest } from "../queries/get-request.ts";
import { renderNotice } from "./email/render.tsx";
import type { Item } from "./item.ts";

export type EmailParts = {
  db: Db;
  now(): Date;
  from: string;
  /** The signed address that leads to a person's own card. */
  linkFor(organizationId: string, number: number, memberId: MemberId): string;
  /** Sends under a key: the same key with the same bytes is sent once. */
  send(email: EmailContent, idempotencyKey: string): Promise<Outcome>;
  keepEmail(email: {
    organizationId: string;
    key: string;
    requestNumber: number;
    recipientId: MemberId;
    content: EmailContent;
  }): Promise<EmailContent>;
};

/** Sends one notice as an email: rendered at the first try, the same bytes and key at every other. */
export async function sendEmail(parts: EmailParts, item: Item): Promise<Outcome> {
  const { organizationId, key } = item;
  const kept = await getEmail(parts.db, organizationId, key);
  const content = kept ?? (await render(parts, item));
  if ("kind" in content) return content;
  return parts.send(content, `${organizationId}/${key}`);
}

async function render(parts: EmailParts, item: Item): Promise<EmailContent | Outcome> {
  const { organizationId, key } = item;
  const { number, event, recipientId } = item.payload as {
    number: number;
    event: RequestEvent;
    recipientId: MemberId;
  };
  const [view, recipient] = await Promise.all([
    getRequest(parts.db, organizationId, number, parts.now()),
    getMember(parts.db, organizationId, recipientId),
  ]);
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  // Nobody is asked for a review that is not needed any more.
  if (event === "requested" && view.state !== "pending") return { kind: "done" };
  if (recipient === undefined || recipient.email === null)
    return { kind: "dead", reason: "no email address" };
  const link = parts.linkFor(organizationId, number, recipientId);
  const { subject, html, text } = await renderNotice({ view, event, recipient, link });
  const content = { from: parts.from, to: recipient.email, subject, html, text };
  return parts.keepEmail({ organizationId, key, requestNumber: number, recipientId, content });
}
