import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../test/support/database.ts";
import { connect, DatabaseBusy } from "./connect.ts";

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
