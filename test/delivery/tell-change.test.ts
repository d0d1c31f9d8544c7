import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as schema from "../../db/schema/index.ts";
import type { Payload } from "../../src/outbox/items.ts";
import { tellChange } from "../../src/usecases/delivery/tell-change.ts";
import { remindDue } from "../../src/usecases/requests/remind-due.ts";
import { accepted, buildCatalog, type Catalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const nameOf = (id: string): string => id.slice(1).toLowerCase();

/** A catalog whose changes are announced one at a time, with the items that each of them added. */
async function telling(
  ...options: Parameters<typeof buildCatalog> extends [unknown, ...infer R] ? R : never
) {
  const fixture = await buildCatalog(database, ...options);
  const announced = new Set<string>();
  return {
    fixture,
    /**
     * Expands the changes that were not announced yet. Returns the resulting notices as `channel name:
     * event`.
     */
    async tell(): Promise<string[]> {
      const before = new Set((await fixture.outbox()).map(({ key }) => key));
      for (const { key, payload } of await fixture.outbox("request-changed")) {
        if (announced.has(key)) continue;
        announced.add(key);
        await tellChange(fixture.context, fixture.organizationId, payload as Payload<"request-changed">);
      }
      return (await fixture.outbox())
        .filter(({ key, kind }) => !before.has(key) && kind.startsWith("send-"))
        .map(({ kind, payload }) => {
          const { recipientId, event } = payload as Payload<"send-email">;
          return `${kind.replace("send-", "")} ${nameOf(recipientId)}: ${event}`;
        })
        .sort();
    },
  };
}

/** Returns who has a card of a request, as `name kind`, and how often it was to be drawn. */
async function cardsOf(fixture: Catalog, number: number): Promise<Record<string, number>> {
  const { cards, outbox } = schema;
  const rows = await database.database.db
    .select()
    .from(cards)
    .where(and(eq(cards.organizationId, fixture.organizationId), eq(cards.requestNumber, number)));
  const drawings = await database.database.db
    .select()
    .from(outbox)
    .where(and(eq(outbox.organizationId, fixture.organizationId), eq(outbox.kind, "draw-card")));
  const drawn = new Map(drawings.map(({ key, revision }) => [key, revision + 1]));
  return Object.fromEntries(
    rows.map(({ id, recipientId, kind }) => [`${nameOf(recipientId)} ${kind}`, drawn.get(`card:${id}`) ?? 0]),
  );
}

describe("who is notified of what", () => {
  test("requested: reviewers a review card and an email, the requester a card of their own", async () => {
    const { fixture, tell } = await telling();
    const number = await fixture.requested();
    expect(await tell()).toEqual(["email bob: requested", "email carol: requested"]);
    expect(await cardsOf(fixture, number)).toEqual({ "bob review": 1, "carol review": 1, "dana own": 1 });
  });

  test("R5: a requester who is a reviewer gets no review card, unless self-review is allowed", async () => {
    const { fixture, tell } = await telling();
    const number = accepted(await fixture.request("bob")).number;
    expect(await tell()).toEqual(["email carol: requested"]);
    expect(await cardsOf(fixture, number)).toEqual({ "carol review": 1, "bob own": 1 });

    const allowed = await telling({ options: { selfReview: true } });
    const own = accepted(await allowed.fixture.request("bob")).number;
    await allowed.tell();
    expect(await cardsOf(allowed.fixture, own)).toEqual({ "bob review": 1, "carol review": 1, "bob own": 1 });
  });

  test("one of several approvals: every card is redrawn, and nobody is notified", async () => {
    const { fixture, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    await tell();
    accepted(await fixture.review("bob", number, "approve"));
    expect(await tell()).toEqual([]);
    expect(await cardsOf(fixture, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test.each(["approve", "reject"] as const)("%s: the requester a message and an email", async (verdict) => {
    const { fixture, tell } = await telling();
    const number = await fixture.requested();
    await tell();
    accepted(await fixture.review("bob", number, verdict));
    const event = verdict === "approve" ? "approved" : "rejected";
    expect(await tell()).toEqual([`email dana: ${event}`, `message dana: ${event}`]);
    expect(await cardsOf(fixture, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test("cancelled by the requester: an email to those who had not reviewed", async () => {
    const { fixture, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    await tell();
    accepted(await fixture.review("bob", number, "approve"));
    accepted(await fixture.cancel("dana", number));
    expect(await tell()).toEqual(["email carol: cancelled"]);
    expect(await cardsOf(fixture, number)).toEqual({ "bob review": 3, "carol review": 3, "dana own": 3 });
  });

  test("cancelled by another person: the requester too, but not that person", async () => {
    const { fixture, tell } = await telling({ reviewers: ["bob", "carol", "ada"] });
    const number = await fixture.requested();
    await tell();
    accepted(await fixture.cancel("ada", number, "wrong build"));
    expect(await tell()).toEqual([
      "email bob: cancelled",
      "email carol: cancelled",
      "email dana: cancelled",
      "message dana: cancelled",
    ]);
  });

  test("R11: expired: the requester, and those who had not reviewed", async () => {
    const { fixture, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    await tell();
    fixture.later({ days: 7 });
    accepted(await fixture.request("dora"));
    expect((await tell()).filter((notice) => notice.endsWith("expired"))).toEqual([
      "email carol: expired",
      "email dana: expired",
      "message dana: expired",
    ]);
  });

  test("R11: reminded: while pending, those who have not reviewed, then the requester; no card is redrawn", async () => {
    const { fixture, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    await tell();
    const drawn = await cardsOf(fixture, number);
    fixture.later({ days: 6 });
    await remindDue(fixture.context, fixture.organizationId);
    expect(await tell()).toEqual(["email carol: reminder", "message carol: reminder"]);
    expect(await cardsOf(fixture, number)).toEqual(drawn);
    accepted(await fixture.review("carol", number, "approve"));
    await tell();
    fixture.later({ days: 2 });
    await remindDue(fixture.context, fixture.organizationId);
    expect(await tell()).toEqual(["email dana: reminder", "message dana: reminder"]);
  });

  test("R11: a late reminder of a request that was decided in the meantime notifies nobody", async () => {
    const { fixture, tell } = await telling();
    const number = await fixture.requested();
    await tell();
    fixture.later({ days: 6 });
    await remindDue(fixture.context, fixture.organizationId);
    accepted(await fixture.review("bob", number, "approve"));
    expect((await tell()).filter((notice) => notice.endsWith("reminder"))).toEqual([]);
  });

  test("R3: replaced by another person: the requester is notified; by themself: they are not", async () => {
    for (const [name, expected] of [
      ["dora", ["email dana: cancelled", "message dana: cancelled"]],
      ["dana", []],
    ] as const) {
      const { fixture, tell } = await telling();
      const number = await fixture.requested();
      await tell();
      await fixture.deploy("development", "4");
      accepted(await fixture.request(name, { buildId: fixture.build("4"), replaces: number }));
      expect((await tell()).filter((notice) => notice.includes("dana"))).toEqual(expected);
    }
  });

  test("promoting: nobody; promoted and failed: the requester, and another person who pressed Promote", async () => {
    const { fixture, tell } = await telling();
    const { number, deploymentId } = await fixture.promoting();
    expect((await tell()).filter((notice) => notice.endsWith("promoting"))).toEqual([]);
    accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }));
    expect(await tell()).toEqual(["email dana: failed", "message dana: failed"]);
    const again = accepted(await fixture.promote("dora", number));
    accepted(await fixture.report(again.deploymentId, { status: "succeeded" }));
    expect(await tell()).toEqual([
      ...["email dana: promoted", "message dana: promoted", "message dora: promoted"],
    ]);
  });

  test("R9: two failed attempts send two notices", async () => {
    const { fixture, tell } = await telling();
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "failed", reason: "one" }));
    await tell();
    const again = accepted(await fixture.promote("dana", number));
    accepted(await fixture.report(again.deploymentId, { status: "failed", reason: "two" }));
    expect(await tell()).toEqual(["email dana: failed", "message dana: failed"]);
  });

  test("R1: while the gate is open, no reviewer is notified", async () => {
    const { fixture, tell } = await telling({ enabled: false });
    const { number } = accepted(await fixture.request("dana"));
    expect(await tell()).toEqual([]);
    expect(await cardsOf(fixture, number)).toEqual({ "dana own": 2 });
  });

  test("the live build changed: cards are redrawn, and nobody is notified", async () => {
    const { fixture, tell } = await telling();
    const number = await fixture.requested();
    await tell();
    await fixture.deploy("staging", "1");
    expect(await tell()).toEqual([]);
    expect(await cardsOf(fixture, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test("R4: people change: new reviewers get a card and an email, and former reviewers keep theirs, redrawn", async () => {
    const { fixture, tell } = await telling();
    const number = await fixture.requested();
    await tell();
    await fixture.hold("Reviewer", ["bob", "dora"]);
    await fixture.follow();
    expect(await tell()).toEqual(["email dora: requested"]);
    expect(await cardsOf(fixture, number)).toEqual({
      "bob review": 2,
      "carol review": 2,
      "dora review": 1,
      "dana own": 2,
    });
  });

  test("R4: the workflow changes: every open request's cards follow, closed ones stay", async () => {
    const { fixture, tell } = await telling({ reviewers: ["bob", "carol", "carl"], assignees: ["bob"] });
    const closed = await fixture.requested();
    accepted(await fixture.cancel("dana", closed));
    const open = await fixture.requested();
    await tell();
    await fixture.seed({
      roles: [{ name: "Admin", members: [{ memberId: idOf("ada"), projects: null }] }],
      workflow: { enabled: true, roles: ["Admin"], assignees: [], options: {} },
    });
    await fixture.follow();
    expect(await tell()).toEqual(["email ada: requested"]);
    expect(await cardsOf(fixture, open)).toEqual({ "bob review": 2, "ada review": 1, "dana own": 2 });
    expect((await fixture.state(closed)).version).toBe(2);
  });

  test("a late notice asks nobody to review a decided request", async () => {
    const { fixture, tell } = await telling();
    const number = await fixture.approved();
    expect(await tell()).toEqual(["email dana: approved", "message dana: approved"]);
    expect(await cardsOf(fixture, number)).toEqual({ "dana own": 2 });
  });
});

describe("telling a change", () => {
  test("twice adds nothing: the same cards, the same items", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    const [item] = await fixture.outbox("request-changed");
    const tell = () =>
      tellChange(fixture.context, fixture.organizationId, item?.payload as Payload<"request-changed">);
    await tell();
    const keys = async () => (await fixture.outbox()).map(({ key }) => key);
    const [before, cards] = [await keys(), Object.keys(await cardsOf(fixture, number))];
    await tell();
    await Promise.all([tell(), tell()]);
    expect(await keys()).toEqual(before);
    expect(Object.keys(await cardsOf(fixture, number))).toEqual(cards);
  });

  test("500 reviewers cost the submit one outbox row, and the expansion as many statements as 5", async () => {
    const counts: number[] = [];
    for (const size of [5, 500]) {
      const reviewers = Array.from({ length: size }, (_, i) => `rev${i}`);
      const fixture = await buildCatalog(database, { reviewers });
      const number = await fixture.requested();
      const [only, ...others] = await fixture.outbox();
      expect(others).toEqual([]);
      const { statements, context, end } = counting(fixture);
      await tellChange(context, fixture.organizationId, only?.payload as Payload<"request-changed">);
      await end();
      counts.push(statements.length);
      expect(Object.keys(await cardsOf(fixture, number))).toHaveLength(size + 1);
      expect(await fixture.outbox("send-email")).toHaveLength(size);
      expect(await fixture.outbox("draw-card")).toHaveLength(size + 1);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(15);
  });
});

/** A context that records every statement it sends. */
function counting(fixture: Catalog) {
  const statements: string[] = [];
  const client = postgres(database.url, { max: 1, onnotice: () => {} });
  const logger = { logQuery: (query: string) => void statements.push(query) };
  const db = drizzle(client, { schema, casing: "snake_case", logger });
  return { statements, context: { ...fixture.context, db }, end: () => client.end() };
}
