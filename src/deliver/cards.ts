import type { WebClient } from "@slack/web-api";
import type { Outcome } from "../domain/outcome.ts";
import type { MemberId } from "../domain/people.ts";
import { isOpenState } from "../domain/request.ts";
import type { Db } from "../queries/db.ts";
import { type CardView, getCard } from "../queries/get-card.ts";
import { getRequest } from "../queries/get-request.ts";
import { getViewerRights } from "../queries/get-viewer-rights.ts";
import type { RequestView } from "../queries/request-view.ts";
import { channelCard, card as drawn, type Message } from "../slack/views/card.ts";
import { outsideChannel, sharedWithOthers } from "./channel-members.ts";
import type { Item } from "./item.ts";
import { type Posted, post } from "./post.ts";
import { platformError, slackFault } from "./slack-fault.ts";

export type CardParts = {
  db: Db;
  now(): Date;
  clientFor(organizationId: string): WebClient;
  /** Remembers where a card stands, and the version that was read before it was drawn. */
  saveCard(card: CardView, drawn: Drawn): Promise<void>;
  /** Gives reviewers whom a channel's card does not reach a card of their own. */
  askDirectly(card: CardView, reviewerIds: readonly MemberId[]): Promise<void>;
};

export type Drawn = Pick<CardView, "channel" | "ts" | "drawnVersion" | "lostReason">;

/** The message is gone or may not be changed: https://docs.slack.dev/reference/methods/chat.update */
const gone = new Set([
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "channel_not_found",
  "is_inactive",
  "is_archived",
]);

/** Draws one card as its request is now: posts it the first time, updates it in place after that. */
export async function drawCard(parts: CardParts, item: Item): Promise<Outcome> {
  const { db, now } = parts;
  const { organizationId } = item;
  const { cardId } = item.payload as { cardId: string };
  const card = await getCard(db, organizationId, cardId);
  if (card === undefined || card.lostReason !== null) return { kind: "done" };
  const at = now();
  const view = await getRequest(db, organizationId, card.requestNumber, at);
  if (view === undefined || card.drawnVersion === view.version) return { kind: "done" };
  try {
    const client = parts.clientFor(organizationId);
    // Also one that stands there already: what is decided from now on is not for them.
    if (card.kind === "channel" && (await sharedWithOthers(client, card.recipientId))) {
      await giveUpChannel(parts, card, view, "The channel is shared with other organizations");
      return { kind: "done" };
    }
    const message = await prepare(parts, card, view, at);
    const posted =
      card.channel !== null && card.ts !== null
        ? await update(parts, card, { channel: card.channel, ts: card.ts }, view, message, item.inDoubt)
        : await postFirst(parts, card, view, message, item.inDoubt);
    if (posted === null) return { kind: "done" };
    await parts.saveCard(card, { ...posted, drawnVersion: view.version, lostReason: null });
    return { kind: "done" };
  } catch (error) {
    const outcome = slackFault(error);
    if (outcome.kind === "dead" && card.kind === "channel")
      await giveUpChannel(parts, card, view, outcome.reason);
    return outcome;
  }
}

/** What the card says. Before one in a channel is drawn, those who would not see it are seen to. */
async function prepare(parts: CardParts, card: CardView, view: RequestView, at: Date): Promise<Message> {
  if (card.kind !== "channel") {
    return drawn(view, await getViewerRights(parts.db, view, card.recipientId, at), card.kind);
  }
  if (view.state === "pending" && view.reviewers.length > 0) {
    const client = parts.clientFor(card.organizationId);
    const outside = await outsideChannel(client, card.recipientId, view.reviewers);
    if (outside.length > 0) await parts.askDirectly(card, outside);
  }
  return channelCard(view);
}

/** A channel that cannot be posted to any more: its card is let go, and the reviewers are asked one by one. */
async function giveUpChannel(
  parts: CardParts,
  card: CardView,
  view: RequestView,
  lostReason: string,
): Promise<void> {
  const { channel, ts, drawnVersion } = card;
  await parts.saveCard(card, { channel, ts, drawnVersion, lostReason });
  if (view.state !== "pending" || view.reviewers.length === 0) return;
  await parts.askDirectly(
    card,
    view.reviewers.map(({ id }) => id),
  );
}

/** A person's own messages, or the channel of a card of that kind. */
const placeOf = ({ kind, recipientId }: CardView) =>
  kind === "channel" ? { channelId: recipientId } : { userId: recipientId };

/** Nobody is asked for a review that is not needed any more. */
async function postFirst(
  parts: CardParts,
  card: CardView,
  view: RequestView,
  message: Message,
  inDoubt: boolean,
): Promise<Posted | null> {
  if (card.kind !== "own" && view.state !== "pending" && !inDoubt) return null;
  return postUpToDate(parts, card, { inDoubt }, message);
}

/** Posts a card. One that an earlier try had posted shows its request as it was then, and is brought up to date. */
async function postUpToDate(
  parts: CardParts,
  card: CardView,
  how: { inDoubt: boolean; except?: string },
  message: Message,
): Promise<Posted> {
  const client = parts.clientFor(card.organizationId);
  const { found, ...at } = await post(client, { ...placeOf(card), key: card.id, ...how }, message);
  if (found) await client.chat.update({ ...at, ...message });
  return at;
}

/** A message that is gone is posted anew while its request is open, and let go when it is final. */
async function update(
  parts: CardParts,
  card: CardView,
  at: Posted,
  view: RequestView,
  message: Message,
  inDoubt: boolean,
): Promise<Posted | null> {
  const client = parts.clientFor(card.organizationId);
  try {
    await client.chat.update({ ...at, ...message });
    return at;
  } catch (error) {
    const name = platformError(error);
    if (name === undefined || !gone.has(name)) throw error;
    if (isOpenState(view.state)) {
      return postUpToDate(parts, card, { inDoubt, except: at.ts }, message);
    }
    await parts.saveCard(card, { ...at, drawnVersion: card.drawnVersion, lostReason: `Slack says ${name}` });
    return null;
  }
}
