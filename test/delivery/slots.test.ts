import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, startApp } from "../../src/compose/app.ts";
import { readConfig } from "../../src/config.ts";
import { slotOf } from "../../src/domain/delivery/slots.ts";
import { createLog } from "../../src/lib/log.ts";
import { claimSlot } from "../../src/usecases/delivery/claim-slot.ts";
import { buildCatalog, type Catalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { startTestStack, type TestStack } from "../support/test-stack.ts";

const minute = 60_000;
const noon = new Date("2026-03-02T12:00:00.000Z");
const later = (minutes: number) => new Date(noon.getTime() + minutes * minute);

describe("R11: each slot of a job is taken once", () => {
  let database: TestDatabase;
  let fixture: Catalog;
  beforeAll(async () => {
    database = await testDatabase();
  });
  beforeEach(async () => {
    fixture = await buildCatalog(database);
  });
  afterAll(() => database?.drop());

  const take = (slot: Date) => claimSlot(fixture.context, fixture.organizationId, "expire", slot);
  const items = () => fixture.outbox("job-expire");

  test("of ten that ask at once one gets it, and there is one item of work", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => take(noon)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await items()).toMatchObject([
      { key: "job:expire", revision: 0, settledAt: null, payload: { slot: noon.toISOString() } },
    ]);
  });

  test("a slot is taken once, and older slots are not taken either", async () => {
    expect([await take(noon), await take(noon), await take(later(-1))]).toEqual([true, false, false]);
    expect(await items()).toMatchObject([{ revision: 0 }]);
  });

  test("the next one is taken, and opens the same item again", async () => {
    await take(noon);
    expect(await take(later(1))).toBe(true);
    expect(await items()).toMatchObject([{ revision: 1, payload: { slot: later(1).toISOString() } }]);
  });

  test("what all slept through is made up for once, not slot by slot", async () => {
    await take(noon);
    const answers = await Promise.all([take(later(300)), take(later(300))]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await items()).toMatchObject([{ revision: 1 }]);
  });

  test("a process whose clock was days ahead does not delay the others", async () => {
    await take(later(3 * 24 * 60));
    expect(await take(noon)).toBe(true);
    expect(await take(noon)).toBe(false);
  });

  test("jobs and organizations have slots of their own", async () => {
    const other = await buildCatalog(database);
    await take(noon);
    expect(await claimSlot(fixture.context, fixture.organizationId, "remind", noon)).toBe(true);
    expect(await claimSlot(other.context, other.organizationId, "expire", noon)).toBe(true);
  });
});

describe("R11: two started processes on one database", () => {
  let stack: TestStack;
  let other: App | undefined;
  let now = noon;
  beforeAll(async () => {
    stack = await startTestStack({ now: () => now });
  });
  afterAll(async () => {
    await other?.stop(1000);
    await stack?.stop();
  });

  /** Starts a second process on the same database. */
  const startAnother = async () => {
    const config = readConfig({ ...stack.env, PORT: "0" });
    other = await startApp(config, { log: createLog("silent"), now: () => now });
    return other;
  };

  /** Returns how often a job ran, and how often a request was recorded as expired. */
  const done = async () => {
    const { sql } = stack.database.database;
    const [row] = await sql<{ slots: number; open: number; expired: number }[]>`
      select revision + 1 as slots, (settled_at is null)::int as open,
        (select count(*)::int from audit_log where action = 'request.expired') as expired
      from outbox where key = 'job:expire'`;
    return row;
  };

  test("the first process takes the current slot when it starts, and the second finds it taken", async () => {
    await stack.settle();
    await startAnother();
    await stack.settle();
    expect(await done()).toMatchObject({ slots: 1, open: 0 });
  });

  test("both were down for days: expired requests expire once, in the process that starts first", async () => {
    await stack.request("dana", "orders-sync");
    await other?.stop(1000);
    await stack.app.stop(1000);
    now = later(8 * 24 * 60);
    await Promise.all([startAnother(), stack.restart()]);
    await Promise.all([stack.settle(), other?.idle()]);
    expect(await done()).toMatchObject({ slots: 2, open: 0, expired: 1 });
    expect(stack.texts("dana").filter((text) => text.includes("Request Again asks"))).toHaveLength(1);
  });

  test("a slot at the same instant in both is worked once", async () => {
    now = later(8 * 24 * 60 + 1);
    const apps = [stack.app, other as App];
    const asked = apps.map((app) => claimSlot(app.context, app.organizationId, "expire", slotOf(now)));
    // A scheduled job may also have run in one of them.
    expect((await Promise.all(asked)).filter(Boolean).length).toBeLessThan(2);
    await Promise.all(apps.map((app) => app.idle()));
    expect(await done()).toMatchObject({ slots: 3, open: 0, expired: 1 });
  });
});
