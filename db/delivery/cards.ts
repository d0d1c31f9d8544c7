import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { drawCardKey } from "../../src/domain/delivery/item-keys.ts";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { cards, outbox } from "../schema/index.ts";

export type Card = typeof cards.$inferSelect;
export type CardKind = Card["kind"];

/**
 * Where a card was posted and what it shows. With `messageGoneAt`, its message is gone and it waits to be posted again,
 * unlike a card that was never posted.
 */
export type Drawn = Pick<Card, "channel" | "ts" | "drawnVersion" | "drawnDigest" | "lostReason"> &
  Partial<Pick<Card, "messageGoneAt">>;

/** Adds a card of this kind for each of these recipients who has none. The outbox posts it. */
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

/** Returns the cards of a request, by kind. */
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

/** Returns whether a request has the card with this ID. */
export async function isOf(
  db: Db | Tx,
  organizationId: string,
  requestNumber: number,
  id: string,
): Promise<boolean> {
  const rows = await db
    .select({ id: cards.id })
    .from(cards)
    .where(
      and(eq(cards.organizationId, organizationId), eq(cards.id, id), eq(cards.requestNumber, requestNumber)),
    );
  return rows.length > 0;
}

/** Returns a request's card in this channel, or in any channel if none is given; undefined if there is none. */
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

/** Returns the cards of a request that one person has. */
export async function listOfPerson(
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

/** Locks a card until the transaction ends, and returns it. */
export async function lock(tx: Tx, organizationId: string, id: string): Promise<Card | undefined> {
  const [row] = await tx
    .select()
    .from(cards)
    .where(and(eq(cards.organizationId, organizationId), eq(cards.id, id)))
    .for("update");
  return row;
}

/**
 * Stores where a card was posted, what it shows, and the version of the request that it shows.
 *
 * @returns where it was posted before; undefined if there is no such card
 */
export async function saveDrawn(
  db: Db | Tx,
  card: Pick<Card, "organizationId" | "id">,
  drawn: Drawn,
): Promise<Pick<Card, "channel" | "ts"> | undefined> {
  const sameCard = and(eq(cards.organizationId, card.organizationId), eq(cards.id, card.id));
  const before = db.$with("before").as(
    db
      .select({
        channelBefore: sql<string | null>`channel`.as("channel_before"),
        tsBefore: sql<string | null>`ts`.as("ts_before"),
      })
      .from(cards)
      .where(sameCard)
      .for("update"),
  );
  const [row] = await db
    .with(before)
    .update(cards)
    .set({ messageGoneAt: null, ...drawn })
    .from(before)
    .where(sameCard)
    .returning({ channel: before.channelBefore, ts: before.tsBefore });
  return row;
}

/** Forgets what a card shows, so that it is drawn again even if that would be the same. */
export async function forgetDrawn(tx: Tx, organizationId: string, id: string): Promise<void> {
  await tx
    .update(cards)
    .set({ drawnVersion: null, drawnDigest: null })
    .where(and(eq(cards.organizationId, organizationId), eq(cards.id, id)));
}

/** Returns whether the outbox has yet to draw this card or is drawing it. */
export async function isBeingDrawn(db: Db | Tx, organizationId: string, id: string): Promise<boolean> {
  const [row] = await db
    .select({ id: outbox.id })
    .from(outbox)
    .where(
      and(
        eq(outbox.organizationId, organizationId),
        eq(outbox.key, drawCardKey(id)),
        isNull(outbox.settledAt),
      ),
    );
  return row !== undefined;
}

/** Returns the recipients of a request's cards of these kinds. */
export async function listRecipients(
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
