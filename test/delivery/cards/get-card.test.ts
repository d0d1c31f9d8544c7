import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as cards from "../../../db/delivery/cards.ts";
import { cards as table } from "../../../db/schema/index.ts";
import { getCard, getCardLink } from "../../../src/queries/delivery/get-card.ts";
import { saveCard } from "../../../src/usecases/delivery/save-card.ts";
import { buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Gives a person a card of a request, and posts it if a location is given. */
async function card(
  fixture: Catalog,
  number: number,
  name: string,
  kind: "review" | "own",
  ts: string | null,
) {
  const { context, organizationId } = fixture;
  await context.db.transaction((tx) => cards.ensure(tx, organizationId, number, kind, [idOf(name)]));
  const [row] = await context.db
    .select()
    .from(table)
    .where(
      and(
        eq(table.organizationId, organizationId),
        eq(table.requestNumber, number),
        eq(table.recipientId, idOf(name)),
        eq(table.kind, kind),
      ),
    );
  const id = row?.id ?? "";
  if (ts !== null) {
    const drawn = { channel: "D0123", ts, drawnVersion: 1, drawnDigest: "d1", lostReason: null };
    await saveCard(context, { organizationId, id, ts: null }, drawn);
  }
  return id;
}

test("the link leads to the person's own message, the review card before the own one", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const link = (name: string) => getCardLink(fixture.context.db, fixture.organizationId, number, idOf(name));
  await card(fixture, number, "bob", "own", "1772442000.000100");
  expect(await link("bob")).toBe("https://acme.slack.example/archives/D0123/p1772442000000100");
  await card(fixture, number, "bob", "review", "1772442000.000200");
  expect(await link("bob")).toBe("https://acme.slack.example/archives/D0123/p1772442000000200");
});

test("there is none before it is posted, for another person, request or organization", async () => {
  const [fixture, elsewhere] = [await buildCatalog(database), await buildCatalog(database)];
  const number = await fixture.requested();
  const link = (organizationId: string, of: number, name: string) =>
    getCardLink(fixture.context.db, organizationId, of, idOf(name));
  await card(fixture, number, "carol", "review", null);
  expect(await link(fixture.organizationId, number, "carol")).toBeUndefined();
  await card(fixture, number, "bob", "review", "1772442000.000100");
  expect(await link(fixture.organizationId, number, "bob")).toBeDefined();
  expect(await link(fixture.organizationId, number, "dora")).toBeUndefined();
  expect(await link(fixture.organizationId, 404, "bob")).toBeUndefined();
  expect(await link(elsewhere.organizationId, number, "bob")).toBeUndefined();
});

test("a card stores its location and what it shows", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const id = await card(fixture, number, "bob", "review", "1772442000.000100");
  expect(await getCard(fixture.context.db, fixture.organizationId, id)).toMatchObject({
    recipientId: idOf("bob"),
    channel: "D0123",
    ts: "1772442000.000100",
    drawnVersion: 1,
    drawnDigest: "d1",
    lostReason: null,
  });
  expect(await getCard(fixture.context.db, "TOTHER", id)).toBeUndefined();
});
