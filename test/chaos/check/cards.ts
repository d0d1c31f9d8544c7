import { isDeepStrictEqual } from "node:util";
import type { Json, StandInMessage } from "../../../sandbox/slack/index.ts";
import { isOpenState } from "../../../src/domain/requests/request.ts";
import { getRequest } from "../../../src/queries/requests/get-request.ts";
import { getViewerRights } from "../../../src/queries/requests/get-viewer-rights.ts";
import type { RequestView } from "../../../src/queries/requests/request-view.ts";
import { ids } from "../../../src/slack/kernel/ids.ts";
import { channelCard, card as draw, noAccessCard } from "../../../src/slack/messages/card.ts";
import type { ChaosWorld } from "../run/world.ts";
import { has, numberOn } from "../stories/people.ts";
import { requestersOf } from "../stories/requesters.ts";
import { mayReview } from "../stories/settings-history.ts";
import type { Facts } from "./facts.ts";

type Card = Facts["cards"][number];
type Request = Facts["requests"][number];

/** Checks that the requester and everybody who was asked have one card each, and that it shows the current state. */
export async function checkCards(world: ChaosWorld, facts: Facts): Promise<string[]> {
  const faults: string[] = [];
  const now = new Date();
  for (const request of facts.requests) {
    const say = (what: string) => faults.push(`#${request.number}: ${what}`);
    const own = facts.cards.filter(({ requestNumber }) => requestNumber === request.number);
    checkWhoHasOne(world, request, own, say);
    const view = await world.read(({ db }) => getRequest(db, world.organizationId, request.number, now));
    if (view === undefined) continue;
    for (const card of own) {
      const whose = `the ${card.kind} card of ${card.recipientId}`;
      const message = checkPosted(world, facts, request, card, whose, say);
      // One that its recipient left before it was found again cannot be drawn: Slack opens no conversation with them.
      if (message === undefined || card.ts === null) continue;
      if (!isFollowed(world, request, card)) continue;
      checkDrawn(world, request, message, await drawn(world, view, card, now), whose, say);
      checkButtons(world, request, card, message, whose, say);
    }
  }
  faults.push(...strays(facts));
  return faults;
}

/** Checks that a card was posted once, where its row says, and returns its message. */
function checkPosted(
  { admin }: ChaosWorld,
  { messages }: Facts,
  request: Request,
  card: Card,
  whose: string,
  say: (what: string) => void,
): StandInMessage | undefined {
  const found = messages.get(card.id) ?? [];
  const { history } = admin;
  const since = request.createdAt.getTime();
  // What cannot be posted is not: to somebody who is away, or in a channel that is archived (R13).
  const couldNot =
    card.kind === "channel"
      ? history.mayBeArchived(since, Infinity)
      : history.mayBeAway(card.recipientId, since, Infinity);
  const mayLack = (card.kind !== "own" && request.state !== "pending") || couldNot;
  if (found.length > 1 || (found.length === 0 && !mayLack)) say(`${whose} is there ${found.length} times`);
  const [message] = found;
  const isKnown = message === undefined || (card.channel === message.channel && card.ts === message.ts);
  // Whoever posted a card may be killed before it says so, and the recipient may leave before it is looked for.
  if (!isKnown && !(couldNot && (history.now.away.includes(card.recipientId) || !isOpenState(request.state))))
    say(`${whose} stands where nobody knows of it`);
  return message;
}

/**
 * Returns whether a card must show its request as it is now: not in a channel that was archived. A closed request keeps the
 * names that it had, and is not drawn again for somebody who was away.
 */
function isFollowed({ admin, renames, isMixed }: ChaosWorld, request: Request, card: Card): boolean {
  const since = request.createdAt.getTime();
  const { history } = admin;
  if (card.kind === "channel" && history.mayBeArchived(since, Infinity)) return false;
  // The previous version shows its cards to guests, too.
  if (isMixed && history.now.away.includes(card.recipientId)) return false;
  return (
    isOpenState(request.state) ||
    !(
      renames.mayBeRenamed(request.integrationId, since, Infinity) ||
      history.mayBeAway(card.recipientId, since, Infinity)
    )
  );
}

async function drawn({ slack, read }: ChaosWorld, view: RequestView, card: Card, now: Date) {
  if (card.kind === "channel") return channelCard(view, card.id);
  // Somebody who is deactivated sees nothing in Slack, so their card stays.
  if (slack.workspace.person(card.recipientId)?.isRestricted) return noAccessCard;
  return draw(view, await read(({ db }) => getViewerRights(db, view, card.recipientId, now)), card);
}

/** Checks R4 and R5 by the final settings. Anyone who could review at some moment may still have a card. */
function checkWhoHasOne(
  world: ChaosWorld,
  request: Request,
  cards: readonly Card[],
  say: (what: string) => void,
): void {
  const of = (kind: Card["kind"]) =>
    cards.filter((card) => card.kind === kind).map((card) => card.recipientId);
  const [own, asked, inChannel] = [of("own"), of("review"), of("channel")];
  if (own.length !== 1 || own[0] !== request.requesterId) say(`its requester has ${own.length} cards`);
  if (new Set(asked).size !== asked.length) say("a reviewer has two cards");
  if (inChannel.length > 1 || inChannel.some((id) => id !== world.channel.id))
    say(`has cards in ${inChannel.join()}`);
  const { createdAt } = request;
  const { history } = world.admin;
  for (const id of asked) {
    if (!history.couldReview(id, requestersOf(request), createdAt.getTime(), Infinity))
      say(`${id} could never review it and was asked`);
  }
  const went = history.between(createdAt.getTime(), Infinity).map(({ cardsTo }) => cardsTo);
  if (inChannel.length > 0 && !went.includes("channel"))
    say("has a card in the channel, where none was to go");
  if (request.state === "pending") checkReviewersReached(world, request, asked, inChannel, say);
}

/** Checks that everybody who may review a pending request now can see a card of it. */
function checkReviewersReached(
  { admin, slack, channel }: ChaosWorld,
  request: Request,
  asked: readonly string[],
  inChannel: readonly string[],
  say: (what: string) => void,
): void {
  const { now } = admin.history;
  // A channel that was archived meanwhile may have been given up: then each reviewer is asked directly.
  const isGivenUp = admin.history.mayBeArchived(request.createdAt.getTime(), Infinity);
  const toChannel = now.cardsTo === "channel" && (!isGivenUp || inChannel.length > 0);
  if (toChannel && inChannel.length === 0) say("has no card in the channel");
  for (const { id, name } of slack.workspace.people) {
    const reached = asked.includes(id) || (toChannel && channel.members.includes(id));
    if (mayReview(now, id, requestersOf(request)) && !reached) say(`${name} may review it and has no card`);
  }
}

/**
 * Checks that a card has exactly the text that drawing it now gives. Cards of closed requests follow neither the live
 * builds nor the number of required approvals. Where two versions draw cards, their blocks may be worded otherwise: then
 * the first line and the buttons are checked.
 */
function checkDrawn(
  { slack, isMixed }: ChaosWorld,
  { state }: Request,
  message: StandInMessage,
  fresh: { text: string; blocks: object[] },
  whose: string,
  say: (what: string) => void,
): void {
  const open = isOpenState(state);
  const shown = comparable(message.blocks, open);
  const wanted = comparable(slack.workspace.normalize(fresh.blocks as Json[]), open);
  if (message.text !== fresh.text || !(isMixed || isDeepStrictEqual(shown, wanted))) {
    const [was, is] = [shown, wanted].map((blocks) => JSON.stringify(blocks));
    say(
      `${whose} is not drawn as ${state}: it says “${message.text}”, not “${fresh.text}”; ${differing(was, is)}`,
    );
  }
}

function comparable(blocks: readonly Json[], open: boolean): unknown[] {
  return blocks.map(({ block_id: _, ...block }) => {
    if (open || !Array.isArray(block.fields)) return block;
    const fields = (block.fields as { text: string }[]).filter(
      ({ text }) => !/^\*(Live in|Approvals)/.test(text),
    );
    return { ...block, fields };
  });
}

function differing(was = "", is = ""): string {
  let at = 0;
  while (at < was.length && was[at] === is[at]) at += 1;
  const around = (text: string) => text.slice(Math.max(0, at - 60), at + 120);
  return `…${around(was)}… instead of …${around(is)}…`;
}

/** Checks R4 by the rules and not by the drawing code: no card has a button that would only be refused. */
function checkButtons(
  { admin }: ChaosWorld,
  request: Request,
  { kind, recipientId }: Card,
  message: StandInMessage,
  whose: string,
  say: (what: string) => void,
): void {
  const { approve, reject, promote, cancel } = ids.action;
  const { state } = request;
  const { now } = admin.history;
  if (now.away.includes(recipientId)) return;
  const able = kind === "review" && mayReview(now, recipientId, requestersOf(request));
  // Anybody in the channel may press its buttons; their rights are checked at the click.
  const waits = state === "pending" && (able || kind === "channel");
  const finishes = state === "approved" || state === "failed";
  const wanted: Record<string, boolean> = {
    [approve]: waits,
    [reject]: waits,
    [promote]: kind === "own" && finishes,
    [cancel]: kind === "own" ? finishes || state === "pending" : finishes && able,
  };
  for (const [action, there] of Object.entries(wanted)) {
    if (has(message, action) !== there) say(`${whose} ${there ? "lacks" : "has"} ${action} while ${state}`);
  }
}

/** Returns messages that look like cards and belong to nobody. */
function strays({ keyless, messages, cards }: Facts): string[] {
  const known = new Set(cards.map(({ id }) => id));
  const nobodys = [...messages].filter(
    ([key, [first]]) => first && numberOn(first) !== undefined && !known.has(key),
  );
  return [
    ...keyless.map(({ text }) => `a message without a key: ${text}`),
    ...nobodys.map(([key]) => `the message ${key} shows a card that is not there`),
  ];
}
