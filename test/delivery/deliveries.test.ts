import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Payload } from "../../src/outbox/items.ts";
import { getDeliveries } from "../../src/queries/delivery/get-deliveries.ts";
import { tellChange } from "../../src/usecases/delivery/tell-change.ts";
import { buildCatalog, type Catalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Creates a request of Dana's. Nobody has been notified yet. */
async function asked() {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  for (const { payload } of await fixture.outbox("request-changed")) {
    await tellChange(fixture.context, fixture.organizationId, payload as Payload<"request-changed">);
  }
  return { fixture, number };
}

const ledgerOf = (fixture: Catalog, number: number) =>
  getDeliveries(fixture.context.db, fixture.organizationId, number, fixture.clock.now);

/** Returns the list as `name kind: status`. */
async function lines(fixture: Catalog, number: number): Promise<string[]> {
  const { deliveries } = await ledgerOf(fixture, number);
  return deliveries.map(({ name, kind, card, status }) => `${name} ${card ?? kind}: ${status}`);
}

type Change = {
  attempts?: number;
  outcome?: "done" | "dead";
  reason?: string;
  at?: string;
};

/** Delivers one person's item, as the worker would. */
async function settle(fixture: Catalog, kind: string, name: string, change: Change): Promise<void> {
  const { sql } = database.database;
  const { attempts = 1, outcome = null, reason = null, at = "2026-03-02T10:00:00Z" } = change;
  await sql`update outbox set attempts = ${attempts}, outcome = ${outcome}, reason = ${reason},
      settled_at = ${outcome === null ? null : at}, available_at = ${at}
    where organization_id = ${fixture.organizationId} and kind = ${kind} and recipient_id = ${idOf(name)}`;
}

/** Records that Slack accepted a person's card. */
async function post(fixture: Catalog, name: string): Promise<void> {
  const { sql } = database.database;
  await sql`update cards set channel = 'D1', ts = '1772445600.000100', drawn_version = 1
    where organization_id = ${fixture.organizationId} and recipient_id = ${idOf(name)}`;
}

async function storeEmail(fixture: Catalog, number: number, name: string): Promise<void> {
  const { sql } = database.database;
  await sql`insert into emails (organization_id, key, request_number, recipient_id, content)
    select organization_id, key, ${number}, recipient_id,
      ${sql.json({ from: "", to: `${name}@acme.example`, subject: "", html: "", text: "" })}
    from outbox where organization_id = ${fixture.organizationId} and kind = 'send-email'
      and recipient_id = ${idOf(name)}`;
}

describe("the ledger of a request", () => {
  test("lists every recipient on each channel before the first attempt", async () => {
    const { fixture, number } = await asked();
    expect((await lines(fixture, number)).sort()).toEqual([
      "bob review: waiting",
      "bob send-email: waiting",
      "carol review: waiting",
      "carol send-email: waiting",
      "dana own: waiting",
    ]);
    const { counts } = await ledgerOf(fixture, number);
    expect(counts).toEqual({ failed: 0, retrying: 0, waiting: 5, sent: 0, "not needed": 0 });
  });

  test("what failed comes first, then what is tried again, what waits, and what was sent, the newest first", async () => {
    const { fixture, number } = await asked();
    await post(fixture, "dana");
    await settle(fixture, "draw-card", "dana", { outcome: "done", at: "2026-03-02T10:00:00Z" });
    await post(fixture, "bob");
    await settle(fixture, "draw-card", "bob", { outcome: "done", at: "2026-03-02T11:00:00Z" });
    await settle(fixture, "draw-card", "carol", { attempts: 3, reason: "Slack's rate limit" });
    await settle(fixture, "send-email", "carol", { outcome: "dead", reason: "no email address" });
    expect(await lines(fixture, number)).toEqual([
      "carol send-email: failed",
      "carol review: retrying",
      "bob send-email: waiting",
      "bob review: sent",
      "dana own: sent",
    ]);
    const { deliveries } = await ledgerOf(fixture, number);
    expect(deliveries[0]).toMatchObject({
      ...{ recipientId: idOf("carol"), event: "requested", reason: "no email address", address: null },
      settledAt: new Date("2026-03-02T10:00:00Z"),
    });
    expect(deliveries[1]).toMatchObject({ attempts: 3, reason: "Slack's rate limit", postedAt: null });
    expect(deliveries[3]).toMatchObject({ postedAt: new Date("2026-03-02T10:00:00.000Z"), event: null });
  });

  test("an email says where it went", async () => {
    const { fixture, number } = await asked();
    await storeEmail(fixture, number, "bob");
    await settle(fixture, "send-email", "bob", { outcome: "done" });
    const { deliveries } = await ledgerOf(fixture, number);
    expect(deliveries.at(-1)).toMatchObject({ address: "bob@acme.example", status: "sent" });
  });

  test("an item that was settled without sending was no longer needed", async () => {
    const { fixture, number } = await asked();
    await settle(fixture, "send-email", "bob", { outcome: "done" });
    await settle(fixture, "draw-card", "carol", { outcome: "done" });
    const { counts, deliveries } = await ledgerOf(fixture, number);
    expect(counts).toMatchObject({ "not needed": 2, sent: 0 });
    expect(deliveries.at(-1)?.status).toBe("not needed");
  });

  test("a card that was posted and let go has failed, and says why", async () => {
    const { fixture, number } = await asked();
    await post(fixture, "bob");
    await settle(fixture, "draw-card", "bob", { outcome: "done" });
    await database.database.sql`update cards set lost_reason = 'Slack says message_not_found'
      where organization_id = ${fixture.organizationId} and recipient_id = ${idOf("bob")}`;
    const { deliveries } = await ledgerOf(fixture, number);
    expect(deliveries[0]).toMatchObject({ status: "failed", reason: "Slack says message_not_found" });
  });

  test("what was put off without a try says why it waits", async () => {
    const { fixture, number } = await asked();
    await settle(fixture, "send-email", "bob", { attempts: 0, reason: "Resend refuses the key" });
    const { deliveries } = await ledgerOf(fixture, number);
    expect(deliveries[0]).toMatchObject({
      status: "retrying",
      attempts: 0,
      reason: "Resend refuses the key",
    });
  });

  test("lists a hundred and counts them all; what needs attention is never cut off", async () => {
    const { fixture, number } = await asked();
    const { sql } = database.database;
    await sql`insert into outbox (organization_id, kind, key, payload, request_number, recipient_id, settled_at, outcome)
      select ${fixture.organizationId}, 'send-message', 'm' || i, '{"event":"approved"}', ${number}, 'U' || i, now(), 'done'
      from generate_series(1, 500) i`;
    await settle(fixture, "send-email", "carol", {
      outcome: "dead",
      reason: "no email address",
      at: "2020-01-01T00:00:00Z",
    });
    const { deliveries, counts } = await ledgerOf(fixture, number);
    expect(deliveries).toHaveLength(100);
    expect(deliveries[0]).toMatchObject({ status: "failed", name: "carol" });
    expect(counts).toMatchObject({ failed: 1, sent: 500, waiting: 4 });
  });

  test("nothing of another request or organization, and no item without a recipient", async () => {
    const { fixture, number } = await asked();
    await asked();
    const { deliveries } = await ledgerOf(fixture, number);
    expect(deliveries).toHaveLength(5);
    expect((await ledgerOf(fixture, 404)).deliveries).toEqual([]);
    const { counts } = await ledgerOf(fixture, 404);
    expect(Object.values(counts).every((count) => count === 0)).toBe(true);
  });

  test("is read by an index", async () => {
    const { fixture, number } = await asked();
    const { sql } = database.database;
    await sql`insert into outbox (organization_id, kind, key, payload, request_number)
      select ${fixture.organizationId}, 'send-message', 'x' || i, '{}', 100000 + i / 5 from generate_series(1, 5000) i`;
    await sql`analyze outbox`;
    const plan = await sql`explain select * from outbox
      where organization_id = ${fixture.organizationId} and request_number = ${number}`;
    expect(JSON.stringify(plan)).toContain("outbox_of_request");
  });
});
