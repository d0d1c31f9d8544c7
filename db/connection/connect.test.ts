import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { outbox } from "../schema/index.ts";
import { connect } from "./connect.ts";
import { DatabaseBusy } from "./connection-limit.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase({ max: 2 });
});
afterAll(() => t.drop());

test("a statement that waits for a lock gives up in time for an answer to Slack", async () => {
  const began = Date.now();
  await t.database.db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(1)`);
    const second = t.database.db.transaction((other) => other.execute(sql`select pg_advisory_xact_lock(1)`));
    await expect(second).rejects.toMatchObject({ cause: { code: "55P03" } });
  });
  expect(Date.now() - began).toBeLessThan(2_500);
});

test("a transaction that finds no free connection within a second is refused, and the next one is not", async () => {
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const holders = [1, 2].map(() => t.database.db.transaction(() => finished));
  const third = t.database.db.transaction((tx) => tx.execute(sql`select 1`));
  await expect(third).rejects.toThrow(DatabaseBusy);
  const waiting = t.database.db.transaction((tx) => tx.execute(sql`select 1 as one`));
  finish();
  await Promise.all(holders);
  expect(await waiting).toEqual([{ one: 1 }]);
});

test("single statements wait in the same queue, and rows are what they give", async () => {
  const { db, pool } = t.database;
  let finish = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const holders = [1, 2].map(() => db.transaction(() => finished));
  await expect.poll(() => pool()).toMatchObject({ inUse: 2, limit: 2, waiting: 0 });
  const ends = Promise.all([
    db.select({ key: outbox.key }).from(outbox).execute(),
    db.execute(sql`select 1 as one`).execute(),
  ]).finally(finish);
  await expect(ends).rejects.toMatchObject({ cause: expect.any(DatabaseBusy) });
  await Promise.all(holders);
  expect(await db.select({ key: outbox.key }).from(outbox)).toEqual([]);
  expect([...(await db.execute(sql`select 1 as one`))]).toEqual([{ one: 1 }]);
  expect(pool()).toMatchObject({ inUse: 0, waiting: 0 });
});

test("no more than forty transactions wait for two connections", async () => {
  const sleep = () => t.database.db.transaction((tx) => tx.execute(sql`select pg_sleep(0.01)`));
  const ends = await Promise.allSettled(Array.from({ length: 50 }, sleep));
  expect(ends.filter((end) => end.status === "fulfilled")).toHaveLength(42);
});

test("a failed transaction gives its place back", async () => {
  const fail = () => t.database.db.transaction(() => Promise.reject(new Error("refused")));
  for (let n = 0; n < 5; n++) await expect(fail()).rejects.toThrow("refused");
});

test("where there is no server the first statement says so, soon", async () => {
  const none = connect("postgres://signoff@127.0.0.1:1/none");
  await expect(none.db.execute(sql`select 1`)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  await none.close();
});
