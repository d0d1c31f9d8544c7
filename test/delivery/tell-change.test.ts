import { and, eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as schema from "../../db/schema/index.ts";
import { type NoticeItem, tellChange } from "../../src/usecases/delivery/tell-change.ts";
import type { RequestChanged } from "../../src/usecases/requests/record-change.ts";
import { remindDue } from "../../src/usecases/requests/remind-due.ts";
import { accepted, buildCatalog, type Catalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const nameOf = (id: string): string => id.slice(1).toLowerCase();

/** A catalog whose changes are told one by one, with what each of them added. */
async function telling(
  ...options: Parameters<typeof buildCatalog> extends [unknown, ...infer R] ? R : never
) {
  const house = await buildCatalog(database, ...options);
  const told = new Set<string>();
  return {
    house,
    /** Expands the changes that were not told yet: the notices that came of it, as `channel name: event`. */
    async tell(): Promise<string[]> {
      const before = new Set((await house.outbox()).map(({ key }) => key));
      for (const { key, payload } of await house.outbox("request-changed")) {
        if (told.has(key)) continue;
        told.add(key);
        await tellChange(house.context, house.organizationId, payload as RequestChanged);
      }
      return (await house.outbox())
        .filter(({ key, kind }) => !before.has(key) && kind.startsWith("send-"))
        .map(({ kind, payload }) => {
          const { recipientId, event } = payload as NoticeItem;
          return `${kind.replace("send-", "")} ${nameOf(recipientId)}: ${event}`;
        })
        .sort();
    },
  };
}

/** Who has a card of a request, as `name kind`, with how often it was to be drawn. */
async function cardsOf(house: Catalog, number: number): Promise<Record<string, number>> {
  const { cards, outbox } = schema;
  const rows = await database.database.db
    .select()
    .from(cards)
    .where(and(eq(cards.organizationId, house.organizationId), eq(cards.requestNumber, number)));
  const drawings = await database.database.db
    .select()
    .from(outbox)
    .where(and(eq(outbox.organizationId, house.organizationId), eq(outbox.kind, "draw-card")));
  const drawn = new Map(drawings.map(({ key, revision }) => [key, revision + 1]));
  return Object.fromEntries(
    rows.map(({ id, recipientId, kind }) => [`${nameOf(recipientId)} ${kind}`, drawn.get(`card:${id}`) ?? 0]),
  );
}

describe("who is told what", () => {
  test("requested: reviewers a review card and an email, the requester a card of their own", async () => {
    const { house, tell } = await telling();
    const number = await house.requested();
    expect(await tell()).toEqual(["email bob: requested", "email carol: requested"]);
    expect(await cardsOf(house, number)).toEqual({ "bob review": 1, "carol review": 1, "dana own": 1 });
  });

  test("R5: a requester who is a reviewer gets no review card, unless self-review is allowed", async () => {
    const { house, tell } = await telling();
    const number = accepted(await house.request("bob")).number;
    expect(await tell()).toEqual(["email carol: requested"]);
    expect(await cardsOf(house, number)).toEqual({ "carol review": 1, "bob own": 1 });

    const allowed = await telling({ options: { selfReview: true } });
    const own = accepted(await allowed.house.request("bob")).number;
    await allowed.tell();
    expect(await cardsOf(allowed.house, own)).toEqual({ "bob review": 1, "carol review": 1, "bob own": 1 });
  });

  test("one of several approvals: every card is drawn again, and nobody is sent anything", async () => {
    const { house, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await house.requested();
    await tell();
    accepted(await house.review("bob", number, "approve"));
    expect(await tell()).toEqual([]);
    expect(await cardsOf(house, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test.each(["approve", "reject"] as const)("%s: the requester a message and an email", async (verdict) => {
    const { house, tell } = await telling();
    const number = await house.requested();
    await tell();
    accepted(await house.review("bob", number, verdict));
    const event = verdict === "approve" ? "approved" : "rejected";
    expect(await tell()).toEqual([`email dana: ${event}`, `message dana: ${event}`]);
    expect(await cardsOf(house, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test("cancelled by the requester: an email to those who had not answered", async () => {
    const { house, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await house.requested();
    await tell();
    accepted(await house.review("bob", number, "approve"));
    accepted(await house.cancel("dana", number));
    expect(await tell()).toEqual(["email carol: cancelled"]);
    expect(await cardsOf(house, number)).toEqual({ "bob review": 3, "carol review": 3, "dana own": 3 });
  });

  test("cancelled by somebody else: the requester too, and not the one who did it", async () => {
    const { house, tell } = await telling({ reviewers: ["bob", "carol", "ada"] });
    const number = await house.requested();
    await tell();
    accepted(await house.cancel("ada", number, "wrong build"));
    expect(await tell()).toEqual([
      "email bob: cancelled",
      "email carol: cancelled",
      "email dana: cancelled",
      "message dana: cancelled",
    ]);
  });

  test("R11: expired: the requester, and those who had not answered", async () => {
    const { house, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await house.requested();
    accepted(await house.review("bob", number, "approve"));
    await tell();
    house.later({ days: 7 });
    accepted(await house.request("dora"));
    expect((await tell()).filter((notice) => notice.endsWith("expired"))).toEqual([
      "email carol: expired",
      "email dana: expired",
      "message dana: expired",
    ]);
  });

  test("R11: reminded: while it waits those who have not answered, then the requester; no card is drawn", async () => {
    const { house, tell } = await telling({ options: { requiredApprovals: 2 } });
    const number = await house.requested();
    accepted(await house.review("bob", number, "approve"));
    await tell();
    const drawn = await cardsOf(house, number);
    house.later({ days: 6 });
    await remindDue(house.context, house.organizationId);
    expect(await tell()).toEqual(["email carol: reminder", "message carol: reminder"]);
    expect(await cardsOf(house, number)).toEqual(drawn);
    accepted(await house.review("carol", number, "approve"));
    await tell();
    house.later({ days: 2 });
    await remindDue(house.context, house.organizationId);
    expect(await tell()).toEqual(["email dana: reminder", "message dana: reminder"]);
  });

  test("R11: a reminder that is told late, of what was decided meanwhile, tells nobody", async () => {
    const { house, tell } = await telling();
    const number = await house.requested();
    await tell();
    house.later({ days: 6 });
    await remindDue(house.context, house.organizationId);
    accepted(await house.review("bob", number, "approve"));
    expect((await tell()).filter((notice) => notice.endsWith("reminder"))).toEqual([]);
  });

  test("R3: replaced by somebody else: the requester is told; by themself: they are not", async () => {
    for (const [name, expected] of [
      ["dora", ["email dana: cancelled", "message dana: cancelled"]],
      ["dana", []],
    ] as const) {
      const { house, tell } = await telling();
      const number = await house.requested();
      await tell();
      await house.deploy("development", "4");
      accepted(await house.request(name, { buildId: house.build("4"), replaces: number }));
      expect((await tell()).filter((notice) => notice.includes("dana"))).toEqual(expected);
    }
  });

  test("promoting: nobody; promoted and failed: the requester", async () => {
    const { house, tell } = await telling();
    const { number, deploymentId } = await house.promoting();
    expect((await tell()).filter((notice) => notice.endsWith("promoting"))).toEqual([]);
    accepted(await house.report(deploymentId, { status: "failed", reason: "boom" }));
    expect(await tell()).toEqual(["email dana: failed", "message dana: failed"]);
    const again = accepted(await house.promote("dora", number));
    accepted(await house.report(again.deploymentId, { status: "succeeded" }));
    expect(await tell()).toEqual(["email dana: promoted", "message dana: promoted"]);
  });

  test("R9: two attempts that fail are told of twice", async () => {
    const { house, tell } = await telling();
    const { number, deploymentId } = await house.promoting();
    accepted(await house.report(deploymentId, { status: "failed", reason: "one" }));
    await tell();
    const again = accepted(await house.promote("dana", number));
    accepted(await house.report(again.deploymentId, { status: "failed", reason: "two" }));
    expect(await tell()).toEqual(["email dana: failed", "message dana: failed"]);
  });

  test("R1: where the gate is open no reviewer hears of it", async () => {
    const { house, tell } = await telling({ enabled: false });
    const { number } = accepted(await house.request("dana"));
    expect(await tell()).toEqual([]);
    expect(await cardsOf(house, number)).toEqual({ "dana own": 2 });
  });

  test("what is live changed: cards are drawn again, and nobody is sent anything", async () => {
    const { house, tell } = await telling();
    const number = await house.requested();
    await tell();
    await house.deploy("staging", "1");
    expect(await tell()).toEqual([]);
    expect(await cardsOf(house, number)).toEqual({ "bob review": 2, "carol review": 2, "dana own": 2 });
  });

  test("R4: people change: who can now review gets a card, and who no longer can keeps theirs, drawn again", async () => {
    const { house, tell } = await telling();
    const number = await house.requested();
    await tell();
    await house.hold("Reviewer", ["bob", "dora"]);
    await house.follow();
    expect(await tell()).toEqual([]);
    expect(await cardsOf(house, number)).toEqual({
      "bob review": 2,
      "carol review": 2,
      "dora review": 1,
      "dana own": 2,
    });
  });

  test("R4: the workflow changes: every open request's cards follow, closed ones stay", async () => {
    const { house, tell } = await telling({ reviewers: ["bob", "carol", "carl"], assignees: ["bob"] });
    const closed = await house.requested();
    accepted(await house.cancel("dana", closed));
    const open = await house.requested();
    await tell();
    await house.seed({
      roles: [{ name: "Admin", members: [{ memberId: idOf("ada"), projects: null }] }],
      workflow: { enabled: true, roles: ["Admin"], assignees: [], options: {} },
    });
    await house.follow();
    expect(await tell()).toEqual([]);
    expect(await cardsOf(house, open)).toEqual({ "bob review": 2, "ada review": 1, "dana own": 2 });
    expect((await house.state(closed)).version).toBe(2);
  });

  test("a change that is told late asks nobody to review what is decided", async () => {
    const { house, tell } = await telling();
    const number = await house.approved();
    expect(await tell()).toEqual(["email dana: approved", "message dana: approved"]);
    expect(await cardsOf(house, number)).toEqual({ "dana own": 2 });
  });
});

describe("telling a change", () => {
  test("twice adds nothing: the same cards, the same items", async () => {
    const house = await buildCatalog(database);
    const number = await house.requested();
    const [item] = await house.outbox("request-changed");
    const tell = () => tellChange(house.context, house.organizationId, item?.payload as RequestChanged);
    await tell();
    const keys = async () => (await house.outbox()).map(({ key }) => key);
    const [before, cards] = [await keys(), Object.keys(await cardsOf(house, number))];
    await tell();
    await Promise.all([tell(), tell()]);
    expect(await keys()).toEqual(before);
    expect(Object.keys(await cardsOf(house, number))).toEqual(cards);
  });

  test("500 reviewers cost the submit one outbox row, and the expansion as many statements as 5", async () => {
    const counts: number[] = [];
    for (const size of [5, 500]) {
      const reviewers = Array.from({ length: size }, (_, i) => `rev${i}`);
      const house = await buildCatalog(database, { reviewers });
      const number = await house.requested();
      const [only, ...others] = await house.outbox();
      expect(others).toEqual([]);
      const { statements, context, end } = counting(house);
      await tellChange(context, house.organizationId, only?.payload as RequestChanged);
      await end();
      counts.push(statements.length);
      expect(Object.keys(await cardsOf(house, number))).toHaveLength(size + 1);
      expect(await house.outbox("send-email")).toHaveLength(size);
      expect(await house.outbox("draw-card")).toHaveLength(size + 1);
    }
    expect(counts[1]).toBe(counts[0]);
    expect(counts[0]).toBeLessThanOrEqual(15);
  });
});

/** A context that notes every statement it sends. */
function counting(house: Catalog) {
  const statements: string[] = [];
  const client = postgres(database.url, { max: 1, onnotice: () => {} });
  const logger = { logQuery: (query: string) => void statements.push(query) };
  const db = drizzle(client, { schema, casing: "snake_case", logger });
  return { statements, context: { ...house.context, db }, end: () => client.end() };
}
