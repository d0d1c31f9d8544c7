import { noAccessReasons } from "../../domain/delivery/delivery-coverage.ts";
import { notNeeded, type Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import type { EmailContent } from "../../queries/delivery/get-email.ts";
import { getMember } from "../../queries/people/get-member.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { outdatedApprovals } from "../../slack/words/fact-words.ts";
import { isOver } from "../slack/reminders.ts";
import { deliverEmail, type EmailDelivery } from "./deliver-email.ts";
import { renderNotice } from "./render/render.tsx";

export type EmailDeps = EmailDelivery & {
  /** Returns the signed link to a person's own card. */
  linkFor(organizationId: string, number: number, memberId: MemberId, identity: string): string;
};

type NoticeItem = Item<Payload<"send-email">>;

/** Sends one notice of a request as an email. */
export async function sendEmail(deps: EmailDeps, item: NoticeItem): Promise<Outcome> {
  if (await isObsoleteReminder(deps, item)) return notNeeded(item);
  const { number: requestNumber, recipientId } = item.payload;
  return deliverEmail(deps, item, { requestNumber, recipientId }, () => render(deps, item));
}

/** R11: checked at each attempt, because the request may be decided while its reminder waits. */
async function isObsoleteReminder({ context }: EmailDeps, item: NoticeItem): Promise<boolean> {
  const { reminder, number } = item.payload;
  if (reminder === undefined) return false;
  const view = await getRequest(context.db, item.organizationId, number, context.now());
  return view !== undefined && isOver(item.payload, view);
}

async function render(
  deps: EmailDeps,
  { organizationId, payload }: NoticeItem,
): Promise<EmailContent | Outcome> {
  const { db, now } = deps.context;
  const { number, event, recipientId } = payload;
  const [view, recipient] = await Promise.all([
    getRequest(db, organizationId, number, now()),
    getMember(db, organizationId, recipientId),
  ]);
  if (view === undefined) return { kind: "dead", reason: `#${number} is gone` };
  const outdated = outdatedApprovals(view, payload);
  if (event === "outdated" && outdated.reviews.length === 0) return { kind: "done" };
  // The review is no longer needed.
  if (event === "requested" && view.state !== "pending") return { kind: "done" };
  if (recipient !== undefined && recipient.status !== "active") {
    return { kind: "done", reason: noAccessReasons[recipient.status] };
  }
  if (recipient === undefined || recipient.email === null)
    return { kind: "dead", reason: "no email address" };
  if (await isFormerReviewer(deps, view, payload)) {
    return { kind: "done", reason: "they can no longer review" };
  }
  const link = deps.linkFor(organizationId, number, recipientId, view.identity);
  const { subject, html, text } = await renderNotice({ view, event, recipient, link, outdated });
  return { from: deps.from, to: recipient.email, subject, html, text };
}

/** R4: the end of a request comes with its reason, which is for those who may review when it is sent. */
async function isFormerReviewer(
  { context: { db, now } }: EmailDeps,
  view: RequestView,
  { event, recipientId }: NoticeItem["payload"],
): Promise<boolean> {
  if ((event !== "cancelled" && event !== "expired") || recipientId === view.requester.id) return false;
  const { review, isRequester } = await getViewerRights(db, view, recipientId, now());
  // R5: the owner of a token that named the requester counts as a requester.
  return !review.eligible && !isRequester;
}
