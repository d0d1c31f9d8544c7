import { and, eq, inArray, sql } from "drizzle-orm";
import type { MemberId } from "../src/domain/people.ts";
import type { Db, Tx } from "./connect.ts";
import { cards } from "./schema/index.ts";

export type Card = typeof cards.$inferSelect;
export type CardKind = Card["kind"];

/** Gives each of these people a card of this kind, unless they have one. Posting it is the outbox's work. */
export async function ensure(
  tx: Tx,
  organizationId: string,
  requestNumber: number,
  kind: CardKind,
  recipientIds: readonly MemberId[],
): Promise<void> {
  if (recipientIds.length === 0) return;
  await tx
    .insert(cards)
    .values(
      recipientIds.map((recipientId) => ({
        organizationId,
        id: sql`gen_random_uuid()`,
        requestNumber,
        recipientId,
        kind,
      })),
    )
    .onConflictDoNothing();
}

export async function listOf(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
): Promise<Pick<Card, "id" | "recipientId" | "kind">[]> {
  return db
    .select({ id: cards.id, recipientId: cards.recipientId, kind: cards.kind })
    .from(cards)
    .where(and(eq(cards.organizationId, organizationId), eq(cards.requestNumber, requestNumber)))
    .orderBy(cards.kind, cards.id);
}

export async function find(db: Db | Tx, organizationId: string, id: string): Promise<Card | undefined> {
  const [row] = await db
    .select()
    .from(cards)
    .where(and(eq(cards.organizationId, organizationId), eq(cards.id, id)));
  return row;
}

/** The request's card in a channel: in this one, or else in any. */
export async function findInChannel(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
  channelId?: string,
): Promise<Card | undefined> {
  const [row] = await db
    .select()
    .from(cards)
    .where(
      and(
        eq(cards.organizationId, organizationId),
        eq(cards.requestNumber, requestNumber),
        eq(cards.kind, "channel"),
        channelId === undefined ? undefined : eq(cards.recipientId, channelId),
      ),
    )
    .limit(1);
  return row;
}

/** The cards through which one person follows a request. */
export async function findOfPerson(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
  recipientId: MemberId,
): Promise<Card[]> {
  return db
    .select()
    .from(cards)
    .where(
      and(
        eq(cards.organizationId, organizationId),
        eq(cards.requestNumber, requestNumber),
        eq(cards.recipientId, recipientId),
      ),
    );
}

/** Remembers where a card stands and which version of its request it shows. */
export async function saveDrawn(
  db: Db | Tx,
  card: Pick<Card, "organizationId" | "id">,
  drawn: Pick<Card, "channel" | "ts" | "drawnVersion" | "lostReason">,
): Promise<void> {
  await db
    .update(cards)
    .set(drawn)
    .where(and(eq(cards.organizationId, card.organizationId), eq(cards.id, card.id)));
}

/** Which of these people have a card of this kind. */
export async function recipients(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
  kinds: readonly CardKind[],
): Promise<MemberId[]> {
  const rows = await db
    .select({ id: cards.recipientId })
    .from(cards)
    .where(
      and(
        eq(cards.organizationId, organizationId),
        eq(cards.requestNumber, requestNumber),
        inArray(cards.kind, [...kinds]),
      ),
    );
  return rows.map((row) => row.id);
}
