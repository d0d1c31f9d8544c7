import { and, eq, inArray, isNull, sql } from "drizzle-orm";
import { drawCardKey } from "../../src/domain/delivery/item-keys.ts";
import type { MemberId } from "../../src/domain/people/people.ts";
import type { Db, Tx } from "../connection/connect.ts";
import { cards, outbox } from "../schema/index.ts";

export type Card = typeof cards.$inferSelect;
export type CardKind = Card["kind"];

/** Where a card stands and what it shows. */
export type Drawn = Pick<Card, "channel" | "ts" | "drawnVersion" | "drawnDigest" | "lostReason">;

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

/** Reads a card and keeps it from changing until the transaction ends. */
export async function lock(tx: Tx, organizationId: string, id: string): Promise<Card | undefined> {
  const [row] = await tx
    .select()
    .from(cards)
    .where(and(eq(cards.organizationId, organizationId), eq(cards.id, id)))
    .for("update");
  return row;
}

/**
 * Remembers where a card stands, what it shows and which version of its request that is.
 *
 * @returns where it stood until then; undefined where there is no such card
 */
export async function saveDrawn(
  db: Db | Tx,
  card: Pick<Card, "organizationId" | "id">,
  drawn: Drawn,
): Promise<Pick<Card, "channel" | "ts"> | undefined> {
  const one = and(eq(cards.organizationId, card.organizationId), eq(cards.id, card.id));
  const before = db.$with("before").as(
    db
      .select({
        channelBefore: sql<string | null>`channel`.as("channel_before"),
        tsBefore: sql<string | null>`ts`.as("ts_before"),
      })
      .from(cards)
      .where(one)
      .for("update"),
  );
  const [row] = await db
    .with(before)
    .update(cards)
    .set(drawn)
    .from(before)
    .where(one)
    .returning({ channel: before.channelBefore, ts: before.tsBefore });
  return row;
}

/** Whether the outbox has yet to draw this card, or is drawing it. */
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
