import type { Db } from "../../../db/connection/connect.ts";
import * as cards from "../../../db/delivery/cards.ts";
import * as members from "../../../db/people/members.ts";
import * as organizations from "../../../db/people/organizations.ts";
import * as requests from "../../../db/requests/requests.ts";
import type { MemberId } from "../../domain/people/people.ts";

export type CardView = cards.Card;

export function getCard(db: Db, organizationId: string, cardId: string): Promise<CardView | undefined> {
  return cards.find(db, organizationId, cardId);
}

/** Returns whether this is the identity of a request, or the ID of one of its cards, or null. */
export async function isOriginOf(
  db: Db,
  { organizationId, number, identity }: { organizationId: string; number: number; identity: string },
  origin: string | null,
): Promise<boolean> {
  if (origin === null || origin === identity) return true;
  return cards.isOf(db, organizationId, number, origin);
}

/** Returns whether the request that has this number now has an identity that starts with this. */
export async function hasIdentity(
  db: Db,
  organizationId: string,
  number: number,
  start: string,
): Promise<boolean> {
  const request = await requests.find(db, organizationId, number);
  return request?.identity.startsWith(start) ?? false;
}

/** Returns whether the outbox has yet to draw a card or is drawing it, so that its message may change. */
export function isBeingDrawn(db: Db, organizationId: string, cardId: string): Promise<boolean> {
  return cards.isBeingDrawn(db, organizationId, cardId);
}

/**
 * Returns the link to a request's card in Slack for a person: their review card, else their own card, else the card in
 * a channel; undefined if none has been posted. Null for somebody who is no longer an active full member.
 */
export async function getCardLink(
  db: Db,
  organizationId: string,
  number: number,
  memberId: MemberId,
): Promise<string | null | undefined> {
  const [organization, member, found, shared] = await Promise.all([
    organizations.find(db, organizationId),
    members.find(db, organizationId, memberId),
    cards.listOfPerson(db, organizationId, number, memberId),
    cards.findInChannel(db, organizationId, number),
  ]);
  if (member !== undefined && member.status !== "active") return null;
  const posted = [...found, ...(shared === undefined ? [] : [shared])].filter(
    (card) => card.channel !== null && card.ts !== null,
  );
  const card = posted.find(({ kind }) => kind === "review") ?? posted[0];
  if (organization === undefined || card === undefined) return undefined;
  // The format of a Slack permalink: https://docs.slack.dev/reference/methods/chat.getPermalink
  const address = organization.url.replace(/\/$/, "");
  return `${address}/archives/${card.channel}/p${card.ts?.replace(".", "")}`;
}
