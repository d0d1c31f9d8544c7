import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { reserveConnection } from "../../test/support/reserve-connection.ts";
import * as store from "./outbox.ts";
import { type Settlement, settle as settleItem } from "./outbox-settle.ts";
import { readStats } from "./stats.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());
beforeEach(() => t.truncate());

const item = (key: string, afterMs = 0): store.NewItem => ({
  ...{ organizationId: "T1", kind: "draw-card", key, payload: null, afterMs },
});

const queue = async () => {
  const { queue } = await readStats(t.database.sql, 1_000);
  return new Map(queue.map(({ state, items, oldestSeconds }) => [state, { items, oldestSeconds }]));
};

/** Moves an item's times back. */
const age = (key: string, seconds: number) => t.database.sql`
  update outbox set created_at = created_at - ${seconds} * interval '1 second',
    available_at = available_at - ${seconds} * interval '1 second' where key = ${key}`;

async function claimed(key: string): Promise<store.ClaimedItem> {
  const items = await store.claim(t.database.db, { limit: 10, leaseMs: 60_000 });
  return items.find((one) => one.key === key) as store.ClaimedItem;
}

test("an empty outbox has no queue, and nobody waits", async () => {
  expect(await readStats(t.database.sql, 1_000)).toEqual({
    queue: [],
    dead: [],
    warnings: [],
    jobs: [],
    requests: [],
  });
});

test("each open item counts once: due, leased, retrying, postponed or scheduled; what is settled does not", async () => {
  const { db } = t.database;
  await store.add(db, [item("failed"), item("held"), item("done"), item("tried")]);
  const items = await store.claim(db, { limit: 10, leaseMs: 60_000 });
  const settle = (key: string, settlement: Settlement) =>
    settleItem(db, items.find((one) => one.key === key) as store.ClaimedItem, settlement);
  await settle("failed", { kind: "retry", afterMs: 60_000, reason: "503", inDoubt: false });
  await settle("held", { kind: "postponed", afterMs: 60_000, reason: "429" });
  await settle("done", { kind: "done" });
  await store.add(db, [item("waiting"), item("later", 60_000)]);
  const counts = [...(await queue())].map(([state, { items: count }]) => [state, count]);
  expect(counts.sort()).toEqual([
    ["due", 1],
    ["leased", 1],
    ["postponed", 1],
    ["retrying", 1],
    ["scheduled", 1],
  ]);
});

test("what somebody waits for is told apart from what only follows", async () => {
  await store.add(t.database.db, [item("approved"), { ...item("follows"), priority: 1 }]);
  await age("follows", 900);
  const { queue: told } = await readStats(t.database.sql, 1_000);
  const ages = new Map(told.map(({ urgent, oldestSeconds }) => [urgent, oldestSeconds]));
  expect(ages.get(false)).toBeGreaterThan(899);
  expect(ages.get(true)).toBeLessThan(100);
});

test("what was given up counts by kind for a day", async () => {
  const { db, sql } = t.database;
  await store.add(db, [item("today"), item("yesterday"), item("sent")]);
  const end = { kind: "dead", reason: "user_disabled" } as const;
  for (const one of await store.claim(db, { limit: 10, leaseMs: 60_000 }))
    await settleItem(db, one, one.key === "sent" ? { kind: "done" } : end);
  await sql`update outbox set settled_at = settled_at - interval '25 hours' where key = 'yesterday'`;
  expect((await readStats(sql, 1_000)).dead).toEqual([{ kind: "draw-card", count: 1 }]);
});

test("the age of what is due counts from when it was due, of what failed from its beginning", async () => {
  const { db } = t.database;
  await store.add(db, [item("failed")]);
  await age("failed", 300);
  await settleItem(db, await claimed("failed"), {
    kind: "retry",
    afterMs: 60_000,
    reason: "503",
    inDoubt: false,
  });
  await store.add(db, [item("waiting"), item("later", 3_600_000)]);
  await age("waiting", 20);
  const told = await queue();
  expect(told.get("retrying")?.oldestSeconds).toBeGreaterThan(299);
  expect(told.get("due")?.oldestSeconds).toBeGreaterThan(19);
  expect(told.get("due")?.oldestSeconds).toBeLessThan(200);
  expect(told.get("scheduled")?.oldestSeconds).toBe(0);
});

test("an item that is opened again is as old as that, not as its first time", async () => {
  const { db } = t.database;
  await store.add(db, [item("card")]);
  await age("card", 86_400);
  await settleItem(db, await claimed("card"), { kind: "done" });
  await store.addOrReopen(db, [item("card")]);
  await settleItem(db, await claimed("card"), {
    kind: "retry",
    afterMs: 60_000,
    reason: "503",
    inDoubt: false,
  });
  expect((await queue()).get("retrying")?.oldestSeconds).toBeLessThan(3_600);
});

test("a statement that takes too long is ended", async () => {
  const holder = await reserveConnection(t.database.sql);
  await holder`begin`;
  await holder`lock table outbox in access exclusive mode`;
  await expect(readStats(t.database.sql, 100)).rejects.toMatchObject({ code: "57014" });
  await holder`rollback`;
  holder.release();
});

/** Requests that are over, without the projects and people that they name. */
async function pastRequests(count: number) {
  await t.database.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    // So many rows may take a busy machine longer than a click may.
    await tx`set local statement_timeout = 0`;
    await tx`
      insert into requests (organization_id, number, version, project_id, integration_id, source_id, target_id, build_id,
        requested_by, requester_id, message, created_at, approvals, decided_at, state, closed_at)
      select 'T1', n, 1, gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
        '{}', 'U1', '', now(), 1, now(), 'promoted', now() from generate_series(1, ${count}::int) as n`;
  });
}

test("what was sent is never read: the plan knows only the indexes of what is open and of what was given up", async () => {
  await t.database.sql`
    insert into outbox (organization_id, kind, key, payload, settled_at, outcome)
    select 'T1', 'draw-card', 'old:' || n, 'null', now(), 'done' from generate_series(1, 20000) as n`;
  await pastRequests(20_000);
  await t.database.sql`analyze outbox, requests`;
  const asked: string[] = [];
  const spy = postgres(t.url, { max: 1, debug: (_, query) => asked.push(query) });
  await readStats(spy, 5_000);
  const query = asked.find((text) => text.includes("from outbox"))?.replace("$1", "100000");
  const plan = (await spy.unsafe(`explain ${query}`)).map((row) => row["QUERY PLAN"]).join("\n");
  expect(plan).toMatch(/Index Scan using outbox_(due|claim) on outbox/);
  expect(plan).not.toContain("Seq Scan on outbox");
  expect(plan).not.toContain("Seq Scan on requests");
  await spy.end();
});
