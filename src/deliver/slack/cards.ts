import { createHash } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import type { Outcome } from "../../domain/delivery/outcome.ts";
import type { MemberId } from "../../domain/people/people.ts";
import { isOpenState } from "../../domain/requests/request.ts";
import { slackErrorCode } from "../../lib/slack-error.ts";
import { type CardView, getCard } from "../../queries/delivery/get-card.ts";
import { getRequest } from "../../queries/requests/get-request.ts";
import { getViewerRights } from "../../queries/requests/get-viewer-rights.ts";
import type { RequestView } from "../../queries/requests/request-view.ts";
import type { Db } from "../../queries/shared/db.ts";
import { channelCard, card as drawn, type Message } from "../../slack/messages/card.ts";
import type { Item } from "../item.ts";
import { outsideChannel, sharedWithOthers } from "./channel-members.ts";
import { findPosted, type Posted, post } from "./post.ts";
import { slackFault } from "./slack-fault.ts";

export type CardDeps = {
  db: Db;
  now(): Date;
  clientFor(organizationId: string): WebClient;
  /** Remembers where a card stands, what it shows, and the version that was read before it was drawn. */
  saveCard(card: CardView, drawn: Drawn): Promise<void>;
  /** Gives reviewers whom a channel's card does not reach a card of their own. */
  askDirectly(card: CardView, reviewerIds: readonly MemberId[]): Promise<void>;
  /** Takes away further messages that show the same card. */
  removeCopies(card: CardView, copies: readonly Posted[]): Promise<void>;
};

export type Drawn = Pick<CardView, "channel" | "ts" | "drawnVersion" | "drawnDigest" | "lostReason">;

/** The message is gone or may not be changed: https://docs.slack.dev/reference/methods/chat.update */
const gone = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "channel_not_found",
  "is_inactive",
  "is_archived",
]);

/** Those after which the old message still stands, beside the one that is posted anew. */
const stillThere = new Set(["cant_update_message", "edit_window_closed"]);

/** What is noted of a card that stands in no message. */
const nowhere: Drawn = { channel: null, ts: null, drawnVersion: null, drawnDigest: null, lostReason: null };

/** One card being drawn: what it is, what is true of its request, and what it will say. */
type Drawing = {
  parts: CardDeps;
  client: WebClient;
  card: CardView;
  view: RequestView;
  message: Message;
  item: Item;
};

/**
 * Draws one card as its request is now: posts it the first time, updates it in place after that, and does nothing where
 * it would look as it does.
 */
export async function drawCard(parts: CardDeps, item: Item): Promise<Outcome> {
  const { organizationId } = item;
  const { cardId } = item.payload as { cardId: string };
  const card = await getCard(parts.db, organizationId, cardId);
  if (card === undefined || card.lostReason !== null) return { kind: "done" };
  const at = parts.now();
  const view = await getRequest(parts.db, organizationId, card.requestNumber, at);
  if (view === undefined) return { kind: "done" };
  try {
    const client = parts.clientFor(organizationId);
    const message = await messageOf(parts, card, view, at);
    await bringUpToDate({ parts, client, card, view, message, item });
    return { kind: "done" };
  } catch (error) {
    const outcome = slackFault(error);
    if (outcome.kind === "dead" && card.kind === "channel")
      await giveUpChannel(parts, card, view, outcome.reason);
    return outcome;
  }
}

async function messageOf(parts: CardDeps, card: CardView, view: RequestView, at: Date): Promise<Message> {
  if (card.kind === "channel") return channelCard(view, card.id);
  const rights = await getViewerRights(parts.db, view, card.recipientId, at);
  return drawn(view, rights, card);
}

async function bringUpToDate(drawing: Drawing): Promise<void> {
  const { parts, client, card, view, item } = drawing;
  const drawnDigest = digestOf(drawing);
  const at = standing(card);
  // After a doubt Slack may show something else than was last noted here.
  const unchanged = at !== null && !item.inDoubt && card.drawnDigest === drawnDigest;
  if (unchanged && card.drawnVersion === view.version) return;
  if (!unchanged && card.kind === "channel") {
    // Also one that stands there already: what is decided from now on is not for them.
    if (await sharedWithOthers(client, card.recipientId))
      return giveUpChannel(parts, card, view, "The channel is shared with other organizations");
    await askOutside(drawing);
  }
  const posted = unchanged ? at : at === null ? await postFirst(drawing) : await update(drawing, at);
  if (posted === null) return;
  const { channel, ts } = posted;
  await parts.saveCard(card, { channel, ts, drawnVersion: view.version, drawnDigest, lostReason: null });
}

const standing = ({ channel, ts }: CardView): Posted | null =>
  channel === null || ts === null ? null : { channel, ts };

/** What decides whether a card must be sent again: its message and, in a channel, whom it must reach. */
function digestOf({ card, view, message }: Drawing): string {
  const reached = card.kind === "channel" ? view.reviewers.map(({ id }) => id) : [];
  return createHash("sha256")
    .update(JSON.stringify([message, reached]))
    .digest("base64url");
}

/** Reviewers who do not see the channel get a card of their own, before the one in the channel is drawn. */
async function askOutside({ parts, client, card, view }: Drawing): Promise<void> {
  if (view.state !== "pending" || view.reviewers.length === 0) return;
  const outside = await outsideChannel(client, card.recipientId, view.reviewers);
  if (outside.length > 0) await parts.askDirectly(card, outside);
}

/** A channel that cannot be posted to any more: its card is let go, and the reviewers are asked one by one. */
async function giveUpChannel(
  parts: CardDeps,
  card: CardView,
  view: RequestView,
  lostReason: string,
): Promise<void> {
  const { channel, ts, drawnVersion, drawnDigest } = card;
  await parts.saveCard(card, { channel, ts, drawnVersion, drawnDigest, lostReason });
  if (view.state !== "pending" || view.reviewers.length === 0) return;
  await parts.askDirectly(
    card,
    view.reviewers.map(({ id }) => id),
  );
}

/** Nobody is asked for a review that is not needed any more; what was posted meanwhile is brought up to date. */
async function postFirst(drawing: Drawing): Promise<Posted | null> {
  const { client, card, view, item } = drawing;
  if (card.kind === "own" || view.state === "pending") return postUpToDate(drawing);
  const found = item.inDoubt ? await findPosted(client, sought(drawing)) : [];
  return found.length === 0 ? null : postUpToDate(drawing);
}

/** The card's message in a person's own messages, or in the channel of a card of that kind. */
function sought({ card, view, item }: Drawing, except?: string) {
  const { kind, recipientId, id: key } = card;
  const place = kind === "channel" ? { channelId: recipientId } : { userId: recipientId };
  // An item is opened again for every change; the first posting is as old as the request.
  const since = view.createdAt < item.createdAt ? view.createdAt : item.createdAt;
  return { ...place, key, since, ...(except !== undefined && { except }) };
}

/**
 * Posts a card. One that an earlier try had posted shows its request as it was then, and is brought up to date; where
 * that cannot be done, another is posted.
 */
async function postUpToDate(drawing: Drawing, except?: string): Promise<Posted> {
  const { parts, client, card, message, item } = drawing;
  const to = sought(drawing, except);
  const { found, copies, ...at } = await post(client, { ...to, inDoubt: item.inDoubt }, message);
  if (copies.length > 0) await parts.removeCopies(card, copies);
  if (!found) return at;
  try {
    await client.chat.update({ ...at, ...message });
    return at;
  } catch (error) {
    const name = slackErrorCode(error) ?? "";
    if (!gone.has(name)) throw error;
    const { channel, ts } = await post(client, { ...to, inDoubt: false }, message);
    if (stillThere.has(name)) await parts.removeCopies(card, [at]);
    return { channel, ts };
  }
}

/** A message that is gone is posted anew while its request is open, and let go when it is final. */
async function update(drawing: Drawing, at: Posted): Promise<Posted | null> {
  const { parts, client, card, view, message } = drawing;
  try {
    await client.chat.update({ ...at, ...message });
    return at;
  } catch (error) {
    const name = slackErrorCode(error) ?? "";
    if (!gone.has(name)) throw error;
    if (!isOpenState(view.state)) {
      const { drawnVersion, drawnDigest } = card;
      await parts.saveCard(card, { ...at, drawnVersion, drawnDigest, lostReason: `Slack says ${name}` });
      return null;
    }
    // From here on the card has no message: a try after this one must not take the old one for it again.
    await parts.saveCard(card, nowhere);
    const posted = await postUpToDate(drawing, at.ts);
    if (stillThere.has(name)) await parts.removeCopies(card, [at]);
    return posted;
  }
}
