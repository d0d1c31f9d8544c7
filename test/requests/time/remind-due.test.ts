import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { remindDue } from "../../../src/usecases/requests/remind-due.ts";
import { accepted, buildCatalog, type Catalog } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  fixture = await buildCatalog(database);
});
afterAll(() => database?.drop());

const remind = (limit?: number) => remindDue(fixture.context, fixture.organizationId, limit);

/** Returns the reminders in the outbox. */
const added = async () =>
  (await fixture.outbox("request-changed"))
    .filter(({ payload }) => (payload as { event: string }).event === "reminder")
    .map(({ key }) => key);

describe("R11: what waits for review", () => {
  test("is due one day before it expires, and not earlier", async () => {
    const number = await fixture.requested();
    fixture.later({ days: 6, ms: -1 });
    expect(await remind()).toBe(0);
    fixture.later({ ms: 1 });
    expect(await remind()).toBe(1);
    expect(await added()).toEqual([`request:${number}:reminder:pending:2026-03-09T09:00:00.000Z`]);
  });

  test("is due once, however often and by however many the job is run", async () => {
    await fixture.requested();
    fixture.later({ days: 6 });
    await Promise.all([remind(), remind(), remind(), remind()]);
    fixture.later({ hours: 5 });
    expect(await remind()).toBe(0);
    expect(await added()).toHaveLength(1);
  });

  test("is due by the current options", async () => {
    await fixture.requested();
    fixture.later({ days: 5 });
    expect(await remind()).toBe(0);
    await fixture.saveWorkflow({ options: { reminderHours: 48 } });
    expect(await remind()).toBe(1);
  });

  test("is late where everybody slept past the reminder, and never due once it has expired", async () => {
    await fixture.requested();
    fixture.later({ days: 7, ms: -1 });
    expect(await remind()).toBe(1);

    fixture = await buildCatalog(database);
    await fixture.requested();
    fixture.later({ days: 7 });
    expect(await remind()).toBe(0);
  });

  test("that lives no longer than the reminder's hours is due at half of its time, not at once", async () => {
    await fixture.saveWorkflow({ options: { pendingDays: 1, reminderHours: 24 } });
    await fixture.requested();
    expect(await remind()).toBe(0);
    fixture.later({ hours: 12 });
    expect(await remind()).toBe(1);
  });
});

describe("R11: requests that nobody completes", () => {
  test("approved: due a day before its three days are over, though it was reminded of while it waited", async () => {
    const number = await fixture.requested();
    fixture.later({ days: 6 });
    expect(await remind()).toBe(1);
    accepted(await fixture.review("bob", number, "approve"));
    expect(await remind()).toBe(0);
    fixture.later({ days: 2 });
    expect(await remind()).toBe(1);
    expect(await added()).toEqual([
      `request:${number}:reminder:pending:2026-03-09T09:00:00.000Z`,
      `request:${number}:reminder:approved:2026-03-11T09:00:00.000Z`,
    ]);
  });

  test("failed: due again after each failure, as each has an end of its own", async () => {
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "failed", reason: null }));
    fixture.later({ days: 2 });
    expect(await remind()).toBe(1);
    const again = accepted(await fixture.promote("dana", number));
    expect(await remind()).toBe(0);
    fixture.later({ hours: 1 });
    accepted(await fixture.report(again.deploymentId, { status: "failed", reason: null }));
    expect(await remind()).toBe(0);
    fixture.later({ days: 2 });
    expect(await remind()).toBe(1);
    expect(await added()).toHaveLength(2);
  });

  test("promoting, promoted and rejected: never", async () => {
    await fixture.promoting();
    fixture.later({ days: 30 });
    expect(await remind()).toBe(0);
  });
});

test("R11: the next to expire come first, up to the limit, and the rest with the next call", async () => {
  const first = await fixture.requested();
  fixture.later({ hours: 1 });
  accepted(await fixture.review("bob", first, "reject"));
  const numbers: number[] = [];
  for (const target of ["staging", "production"]) {
    const change = {
      targetId: fixture.environment(target),
      buildId: fixture.build(target === "staging" ? "3" : "2"),
    };
    numbers.push(await fixture.requested(change));
    fixture.later({ hours: 1 });
  }
  fixture.later({ days: 6 });
  expect(await remind(1)).toBe(1);
  expect((await added())[0]).toContain(`request:${numbers[0]}:`);
  expect(await remind(1)).toBe(1);
  expect(await remind(1)).toBe(0);
});

test("R11: a reminder changes nothing: no version, no audit", async () => {
  const number = await fixture.requested();
  const before = [await fixture.state(number), await fixture.audit(number)];
  fixture.later({ days: 6 });
  await remind();
  expect([await fixture.state(number), await fixture.audit(number)]).toEqual(before);
});

test("R11: another organization's requests are its own to remind of", async () => {
  await fixture.requested();
  const other = await buildCatalog(database);
  fixture.later({ days: 6 });
  other.later({ days: 6 });
  expect(await remindDue(other.context, other.organizationId)).toBe(0);
});
