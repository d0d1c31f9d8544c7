import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { pruneDeliveries } from "../../src/usecases/delivery/prune-deliveries.ts";
import { storeEmail } from "../../src/usecases/delivery/store-email.ts";
import { remindDue } from "../../src/usecases/requests/remind-due.ts";
import { accepted, buildCatalog, type Catalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  await database.truncate();
  fixture = await buildCatalog(database);
});
afterAll(() => database?.drop());

const forget = (limit = 100) => pruneDeliveries(fixture.context, limit);
const sql = () => database.database.sql;
const keys = async (table: "outbox" | "emails") =>
  (await sql()<{ key: string }[]>`select key from ${sql()(table)} order by key`).map(({ key }) => key);

/** Adds items that are open or were settled this many days ago. */
async function items(settledDaysAgo: Record<string, number | null>, outcome: "done" | "dead" = "done") {
  const { context, organizationId } = fixture;
  await sql()`delete from outbox`;
  for (const [key, days] of Object.entries(settledDaysAgo)) {
    const at = days === null ? null : new Date(context.now().getTime() - days * 86_400_000);
    await sql()`
      insert into outbox (organization_id, kind, key, payload, outcome, settled_at)
      values (${organizationId}, 'send-email', ${key}, '{}', ${at === null ? null : outcome}, ${at})`;
    const content = { from: "a@b.c", to: "d@e.f", subject: "s", html: "h", text: "t" };
    await storeEmail(context, { organizationId, key, requestNumber: 1, recipientId: "U1", content });
  }
}

describe("what was settled half a year ago", () => {
  test.each(["done", "dead"] as const)(
    "and is %s is forgotten with its email; nothing else is",
    async (outcome) => {
      await items({ old: 181, recent: 179, open: null }, outcome);
      expect(await forget()).toBe(1);
      expect([await keys("outbox"), await keys("emails")]).toEqual([
        ["open", "recent"],
        ["open", "recent"],
      ]);
      expect(await forget()).toBe(0);
    },
  );

  test("goes in batches, so that no statement takes long", async () => {
    await items({ a: 200, b: 200, c: 200 });
    expect([await forget(2), await forget(2), await forget(2)]).toEqual([2, 1, 0]);
  });

  test("by several processes at once, none of which waits for another", async () => {
    await items({ a: 200, b: 200, c: 200 });
    const removed = await Promise.all([forget(), forget(), forget()]);
    expect(removed.reduce((sum, count) => sum + count)).toBe(3);
  });
});

test("R11: the longest time that can be set is over before a reminder is forgotten: none comes twice", async () => {
  await fixture.saveWorkflow({ options: { pendingDays: 90, reminderHours: 72 } });
  await fixture.requested();
  fixture.later({ days: 87 });
  expect(await remindDue(fixture.context, fixture.organizationId)).toBe(1);
  await sql()`update outbox set settled_at = ${fixture.context.now()}, outcome = 'done'`;
  fixture.later({ days: 3, ms: -1 });
  expect(await forget()).toBe(0);
  expect(await remindDue(fixture.context, fixture.organizationId)).toBe(0);
});

test("the audit log keeps what happened", async () => {
  const number = await fixture.requested();
  accepted(await fixture.review("bob", number, "approve"));
  const before = await fixture.audit(number);
  await sql()`update outbox set settled_at = ${fixture.context.now()}, outcome = 'done'`;
  fixture.later({ days: 181 });
  expect(await forget()).toBeGreaterThan(0);
  expect(await fixture.audit(number)).toEqual(before);
});
