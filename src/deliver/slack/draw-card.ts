import { createHash } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import { whyNoAccess } from "../../domain/delivery/delivery-coverage.ts";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { isOpenState } from "../../domain/requests/request.ts";
import { slackErrorClass, slackErrorCode } from "../../lib/slack-error.ts";
import type { Item } from "../../outbox/handlers.ts";
import type { Payload } from "../../outbox/items.ts";
import { type CardView, getCard } from "../../queries/delivery/get-card.ts";
import { getMember } from "../../queries/people/get-member.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import { channelCard, type Message, noAccessCard, card as personalCard } from "../../slack/messages/card.ts";
import { askReviewersDirectly } from "../../usecases/delivery/ask-reviewers-directly.ts";
import { removeMessages } from "../../usecases/delivery/remove-messages.ts";
import { saveCard } from "../../usecases/delivery/save-card.ts";
import type { Context } from "../../usecases/shared/context.ts";
import { listOutsideChannel, whyUnusable } from "./channel-members.ts";
import { findPosted, type Posted, post } from "./post.ts";
import { readName, type SlackDelivery } from "./slack-delivery.ts";
import { slackFault } from "./slack-fault.ts";

/** The codes after which the old message is still visible, next to the one that replaces it. */
const stillVisible = new Set(["block_mismatch", "cant_update_message", "edit_window_closed"]);

/** After this many attempts, about two minutes, a channel's card no longer keeps the reviewers waiting. */
const channelPatience = 8;

/** What is stored of a card that has no message. */
const noMessage = { channel: null, ts: null, drawnVersion: null, drawnDigest: null, lostReason: null };

/** One run of `drawCard`: the card as it is stored, its request, and the message to show. */
type Drawing = {
  context: Context;
  client: WebClient;
  card: CardView;
  view: RequestView;
  message: Message;
  item: Item;
};

/**
 * Brings one card up to date with its request. Posts it the first time, then updates the message in place. Makes no call
 * if the message would not change.
 */
export async function drawCard(
  { context, clientFor }: SlackDelivery,
  item: Item<Payload<"draw-card">>,
): Promise<Outcome> {
  const { organizationId } = item;
  const card = await getCard(context.db, organizationId, item.payload.cardId);
  if (card === undefined || card.lostReason !== null) return { kind: "done" };
  const now = context.now();
  const view = await getRequest(context.db, organizationId, card.requestNumber, now);
  if (view === undefined) return { kind: "done" };
  try {
    const client = clientFor(organizationId);
    const message = await messageOf(context, card, view, now);
    if (message === noAccessCard && card.ts === null && !item.inDoubt) return { kind: "done" };
    await bringUpToDate({ context, client, card, view, message, item });
    return { kind: "done" };
  } catch (error) {
    const outcome = slackFault(error);
    const waits = outcome.kind === "retry" && card.kind === "channel" && card.ts === null;
    if (waits && item.attempts === channelPatience) await askAllDirectly(context, card, view);
    return outcome;
  }
}

/** Gives up a channel whose card cannot be posted or updated for good. A person's card needs no more than its report. */
export async function giveUpCard(
  context: Context,
  { organizationId, payload }: Item<Payload<"draw-card">>,
  reason: string,
): Promise<void> {
  const card = await getCard(context.db, organizationId, payload.cardId);
  if (card === undefined || card.kind !== "channel" || card.lostReason !== null) return;
  const view = await getRequest(context.db, organizationId, card.requestNumber, context.now());
  if (view !== undefined) await giveUpChannel(context, card, view, reason);
}

async function messageOf({ db }: Context, card: CardView, view: RequestView, now: Date): Promise<Message> {
  if (card.kind === "channel") return channelCard(view, card.id);
  const recipient = await getMember(db, card.organizationId, card.recipientId);
  if (whyNoAccess(recipient?.status) !== null) return noAccessCard;
  const rights = await getViewerRights(db, view, card.recipientId, now);
  return personalCard(view, rights, card);
}

async function bringUpToDate(drawing: Drawing): Promise<void> {
  const { context, client, card, view, item } = drawing;
  const drawnDigest = digestOf(drawing);
  const current = currentMessage(card);
  // If an earlier attempt is in doubt, Slack may show something other than what was stored.
  const unchanged = current !== null && !item.inDoubt && card.drawnDigest === drawnDigest;
  if (unchanged && card.drawnVersion === view.version) return;
  if (!unchanged && card.kind === "channel") {
    // This includes a card that is already posted: its updates are not for other organizations either.
    const unusable = await whyUnusable(client, card.recipientId);
    if (unusable !== null) return giveUpChannel(context, card, view, unusable);
    await askReviewersOutside(drawing);
  }
  const posted = unchanged
    ? current
    : current === null
      ? await postFirst(drawing)
      : await update(drawing, current);
  if (posted === null) return;
  const { channel, ts } = posted;
  await saveCard(context, card, { channel, ts, drawnVersion: view.version, drawnDigest, lostReason: null });
}

const currentMessage = ({ channel, ts }: CardView): Posted | null =>
  channel === null || ts === null ? null : { channel, ts };

/** Returns a hash of what decides whether a card is sent again: its message and, in a channel, the reviewers. */
function digestOf({ card, view, message }: Drawing): string {
  const reviewerIds = card.kind === "channel" ? view.reviewers.map(({ id }) => id) : [];
  return createHash("sha256")
    .update(JSON.stringify([message, reviewerIds]))
    .digest("base64url");
}

/** Gives reviewers who are not in the channel a card of their own, before the channel's card is posted. */
async function askReviewersOutside({ context, client, card, view }: Drawing): Promise<void> {
  if (view.state !== "pending" || view.reviewers.length === 0) return;
  const outside = await listOutsideChannel(client, card.recipientId, view.reviewers);
  if (outside.length > 0) await askEach(context, card, outside);
}

const askEach = (context: Context, card: CardView, reviewerIds: readonly MemberId[]): Promise<void> =>
  askReviewersDirectly(context, card.organizationId, card.requestNumber, reviewerIds);

/** Stops updating the card in a channel that cannot be used, and asks each reviewer directly. */
async function giveUpChannel(
  context: Context,
  card: CardView,
  view: RequestView,
  lostReason: string,
): Promise<void> {
  const { channel, ts, drawnVersion, drawnDigest } = card;
  await saveCard(context, card, { channel, ts, drawnVersion, drawnDigest, lostReason });
  await askAllDirectly(context, card, view);
}

async function askAllDirectly(context: Context, card: CardView, view: RequestView): Promise<void> {
  if (view.state !== "pending" || view.reviewers.length === 0) return;
  const reviewerIds = view.reviewers.map(({ id }) => id);
  await askEach(context, card, reviewerIds);
}

/**
 * Posts a card unless its review is no longer needed. A message that an earlier attempt posted is still updated, and a card
 * whose message was deleted is posted again while its request is open.
 */
async function postFirst(drawing: Drawing): Promise<Posted | null> {
  const { client, card, view, item } = drawing;
  const lostItsMessage = card.messageGoneAt !== null && isOpenState(view.state);
  if (card.kind === "own" || view.state === "pending" || lostItsMessage) return postOrUpdate(drawing);
  const found = item.inDoubt ? await findPosted(client, searchFor(drawing)) : [];
  return found.length === 0 ? null : postOrUpdate(drawing);
}

/** Returns what identifies the card's message in the recipient's direct messages, or in the card's channel. */
function searchFor({ context, card, view, item }: Drawing, except?: string) {
  const { kind, organizationId, recipientId, id: key } = card;
  const name = readName(context, organizationId, recipientId);
  const recipient = kind === "channel" ? { channelId: recipientId } : { userId: recipientId, name };
  // The item is opened again for each change, but its first message may be as old as the request.
  const since = view.createdAt < item.createdAt ? view.createdAt : item.createdAt;
  return { ...recipient, key, since, ...(except !== undefined && { except }) };
}

/**
 * Posts a card. If an earlier attempt posted it, that message is updated instead; if it cannot be, a new one is posted.
 *
 * @param except the ts of a message that is not to be used again
 */
async function postOrUpdate(drawing: Drawing, except?: string): Promise<Posted> {
  const { client, message, item } = drawing;
  const to = searchFor(drawing, except);
  const { found, copies, ...posted } = await post(client, { ...to, inDoubt: item.inDoubt }, message);
  if (copies.length > 0) await removeCopies(drawing, copies);
  if (!found) return posted;
  try {
    await client.chat.update({ ...posted, ...message });
    return posted;
  } catch (error) {
    const code = slackErrorCode(error) ?? "";
    if (slackErrorClass(error) !== "message") throw error;
    const { channel, ts } = await post(client, { ...to, inDoubt: false }, message);
    if (stillVisible.has(code)) await removeCopies(drawing, [posted]);
    return { channel, ts };
  }
}

/** Updates a card's message. If it is gone, posts a new one while the request is open. */
async function update(drawing: Drawing, current: Posted): Promise<Posted | null> {
  const { context, client, card, view, message } = drawing;
  try {
    await client.chat.update({ ...current, ...message });
    return current;
  } catch (error) {
    const code = slackErrorCode(error) ?? "";
    if (slackErrorClass(error) !== "message") throw error;
    if (!isOpenState(view.state)) {
      const { drawnVersion, drawnDigest } = card;
      const lostReason = `Slack says ${code}`;
      await saveCard(context, card, { ...current, drawnVersion, drawnDigest, lostReason });
      return null;
    }
    // Forget the old message first: the post may have to wait for a rate limit, and a later attempt must not use it again.
    await saveCard(context, card, { ...noMessage, messageGoneAt: context.now() });
    if (stillVisible.has(code)) await removeCopies(drawing, [current]);
    return postOrUpdate(drawing, current.ts);
  }
}

function removeCopies({ context, card }: Drawing, copies: readonly Posted[]): Promise<void> {
  const removals = copies.map((copy) => ({ ...copy, cardId: card.id }));
  return removeMessages(context, card.organizationId, removals);
}
