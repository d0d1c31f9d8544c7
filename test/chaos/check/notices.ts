import { isDeepStrictEqual } from "node:util";
import { noAccessCard } from "../../../src/slack/messages/card.ts";
import { grouped } from "../run/grouped.ts";
import type { ChaosWorld } from "../run/world.ts";
import { numberOn } from "../stories/people.ts";
import type { Facts } from "./facts.ts";
import { noticeOf } from "./told.ts";

type Reaching = { admin: Pick<ChaosWorld["admin"], "history"> };
type Item = Facts["outbox"][number];

/** Checks that no outbox item is open, and that none was given up except what nobody could receive. */
export function checkOutbox(world: Reaching, facts: Facts): string[] {
  // The digest of settings changes waits for minutes on purpose.
  const outbox = facts.outbox.filter(({ key }) => key !== "digest");
  const open = outbox.filter(({ settledAt }) => settledAt === null);
  const dead = outbox.filter((item) => item.outcome === "dead" && !isUnreachable(world, facts, item));
  return [
    ...open.map(({ key, reason, attempts }) => `${key} is still open after ${attempts} attempts: ${reason}`),
    ...dead.map(({ key, reason }) => `${key} is dead: ${reason}`),
  ];
}

/** Returns whether an item's recipient may have been away, or its channel archived, since the item was added. */
function isUnreachable({ admin }: Reaching, { cards, requests }: Facts, item: Item): boolean {
  const { key, createdAt, payload } = item;
  const { cardId } = payload as { cardId?: string };
  const card = cards.find(({ id }) => id === cardId);
  const recipientId = card?.recipientId ?? noticeOf(key, requests)?.recipientId ?? "";
  const { history } = admin;
  return card?.kind === "channel"
    ? history.mayBeArchived(createdAt.getTime(), Infinity)
    : history.mayBeAway(recipientId, createdAt.getTime(), Infinity);
}

/** Checks that each message exists once and that nobody got the same text twice. */
export function checkMessages(world: ChaosWorld, facts: Facts): string[] {
  const { slack } = world;
  const faults: string[] = [];
  const cards = new Set(facts.cards.map(({ id }) => id));
  const sent = facts.outbox.filter(({ kind, outcome }) => kind === "send-message" && outcome === "done");
  for (const item of sent) {
    const { key } = item;
    const count = facts.messages.get(key)?.length ?? 0;
    if (count === 0 && mayBeDropped(world, facts, item)) continue;
    if (count !== 1) faults.push(`the message ${key} is there ${count} times`);
  }
  const known = new Set(facts.outbox.map(({ key }) => key));
  for (const key of facts.messages.keys()) {
    if (!cards.has(key) && !known.has(key)) faults.push(`nobody asked for the message ${key}`);
  }
  for (const channel of slack.workspace.channels.values()) {
    const texts = slack.workspace
      .messagesIn(channel.id)
      .filter((message) => numberOn(message) === undefined && !mayComeAgain(message.text))
      .map(({ text, metadata }) => `${text}${occasionOf(metadata?.event_payload?.key)}`);
    faults.push(...twice(texts).map((text) => `${channel.id} was told twice: ${text}`));
  }
  return faults;
}

/** Checks that each email was sent once, as stored, and that nobody got the same one twice. */
export function checkEmails(world: Reaching, facts: Facts): string[] {
  const faults: string[] = [];
  const farOf = grouped(facts.farEmails, ({ key }) => key);
  const items = new Map(facts.outbox.map((item) => [item.key, item]));
  for (const { key, organizationId, content } of facts.emails) {
    const [first, ...more] = farOf.get(`${organizationId}/${key}`) ?? [];
    farOf.delete(`${organizationId}/${key}`);
    if (first === undefined) {
      const item = items.get(key);
      if (item?.outcome === "done" && !mayBeDropped(world, facts, item))
        faults.push(`the email ${key} was never sent`);
      continue;
    }
    if (more.length > 0) faults.push(`the email ${key} was sent ${more.length + 1} times`);
    const { from, to, subject, html, text } = first.content;
    if (!isDeepStrictEqual({ from, to, subject, html, text }, content))
      faults.push(`the email ${key} was not sent as it was stored`);
  }
  for (const key of farOf.keys()) faults.push(`the email ${key} was sent and is not stored`);
  const inboxes = facts.farEmails.map(
    ({ key, content }) => `${content.to}: ${content.subject}${occasionOf(key)}`,
  );
  return [...faults, ...twice(inboxes).map((what) => `an email arrived twice: ${what}`)];
}

/**
 * Returns whether a notice may be settled without being sent. A reminder that is no longer needed is dropped; reminders.ts
 * checks whether it was. So is news of a changed fact that changed back, or that its approver has answered.
 */
const mayBeDropped = (world: Reaching, facts: Facts, item: Item): boolean =>
  ["reminder", "outdated"].includes(noticeOf(item.key, [])?.event ?? "") || isUnreachable(world, facts, item);

/** What is left of the cards of somebody who is away, and a warning to the admins each time that a token's owner leaves. */
const mayComeAgain = (text: string): boolean =>
  text === noAccessCard.text || text.startsWith("⚠️ API tokens that need an owner");

/**
 * Returns which failure or reminder a notice is about: two attempts may fail with the same text, and two states may run out.
 * reminders.ts checks that each of those is reminded of once.
 */
const occasionOf = (key: unknown): string =>
  typeof key === "string" ? (/:v\d+(?:\.[\da-f-]+)?:(?:failed|reminder):/.exec(key)?.[0] ?? "") : "";

function twice(texts: readonly string[]): string[] {
  const seen = new Set<string>();
  return texts.filter((text) => seen.size === seen.add(text).size);
}
