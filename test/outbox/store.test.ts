import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as outbox from "../../db/delivery/outbox.ts";
import { type Settlement, settle as settleItem } from "../../db/delivery/outbox-settle.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());
beforeEach(() => t.truncate());

const item = (key: string, payload: unknown = {}): outbox.NewItem => ({
  organizationId: "T1",
  kind: "card",
  key,
  payload,
});
const take = (limit = 10) => outbox.claim(t.database.db, { limit, leaseMs: 60_000 });
const takeOne = async (): Promise<outbox.ClaimedItem> => {
  const [first] = await take(1);
  if (first === undefined) throw new Error("Nothing to claim");
  return first;
};
const settle = (claimed: outbox.ClaimedItem, settlement: Settlement) =>
  settleItem(t.database.db, claimed, settlement);
const reopen = (...items: outbox.NewItem[]) => outbox.addOrReopen(t.database.db, items);
const add = (...items: outbox.NewItem[]) => outbox.add(t.database.db, items);
const row = async (key: string) => (await t.database.sql`select * from outbox where key = ${key}`)[0];
const endLeases = () => t.database.sql`update outbox set leased_until = now() where leased_until is not null`;
const again = { kind: "retry", afterMs: 0, reason: "busy", inDoubt: false } as const;

test("what a transaction adds is there when it commits, at once, and gone when it does not", async () => {
  await t.database.db.transaction((tx) => outbox.add(tx, [item("a", { to: "U1", text: "Zoë's “x” 🎉" })]));
  const failed = t.database.db.transaction(async (tx) => {
    await outbox.add(tx, [item("b")]);
    throw new Error("refused");
  });
  await expect(failed).rejects.toThrow("refused");
  const claimed = await take();
  expect(claimed).toMatchObject([
    {
      organizationId: "T1",
      kind: "card",
      key: "a",
      payload: { to: "U1", text: "Zoë's “x” 🎉" },
      attempts: 1,
    },
  ]);
  expect(claimed[0]).toMatchObject({ revision: 0, inDoubt: false, reason: null });
  expect(claimed[0]?.createdAt).toBeInstanceOf(Date);
});

test("a key is added once, per organization, even after it was done", async () => {
  await add(item("a", 1), item("a", 2), { ...item("a", 3), organizationId: "T2" });
  const claimed = await take();
  expect(claimed.map((one) => [one.organizationId, one.payload])).toEqual([
    ["T1", 2],
    ["T2", 3],
  ]);
  await Promise.all(claimed.map((one) => settle(one, { kind: "done" })));
  await add(item("a", 4));
  expect(await take()).toEqual([]);
});

test("ten thousand items are added in one statement", async () => {
  await add(...Array.from({ length: 10_000 }, (_, n) => item(`mail:${n}`)));
  expect(await outbox.countOpen(t.database.db)).toBe(10_000);
});

test("many transactions that add the same keys in opposite orders do not deadlock", async () => {
  const keys = Array.from({ length: 2_000 }, (_, n) => item(`k${n}`));
  const orders = Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? keys : keys.toReversed()));
  await Promise.all(orders.map((order) => t.database.db.transaction((tx) => outbox.addOrReopen(tx, order))));
  expect(await row("k7")).toMatchObject({ revision: 7 });
});

test("a settled item is opened again, afresh", async () => {
  await add(item("a", 1));
  await settle(await takeOne(), again);
  await settle(await takeOne(), { kind: "dead", reason: "gone" });
  expect(await row("a")).toMatchObject({ outcome: "dead", reason: "gone", attempts: 2, leased_until: null });
  await reopen(item("a", 2), item("a", 3));
  expect(await takeOne()).toMatchObject({ attempts: 1, revision: 1, payload: 3, reason: null });
});

test("a change does not hurry an item that waits for its next attempt", async () => {
  await add(item("a"));
  await settle(await takeOne(), { ...again, afterMs: 60_000 });
  await reopen(item("a"));
  expect(await take()).toEqual([]);
  expect(await row("a")).toMatchObject({ attempts: 1, revision: 1, reason: "busy" });
});

const putOff = { kind: "postponed", afterMs: 0, reason: "limit", behindMs: 60_000 } as const;

test("background items queue behind the others of their kind; interactive items do not", async () => {
  await add({ ...item("follows"), priority: 1 }, item("waited for"));
  for (const claimed of await take()) expect(await settle(claimed, putOff)).toBe("waiting");
  expect((await take()).map(({ key }) => key)).toEqual(["waited for"]);
});

test("an interactive change does not queue with background changes", async () => {
  await add({ ...item("a"), priority: 1 });
  await settle(await takeOne(), putOff);
  await reopen({ ...item("a"), priority: 1 });
  expect(await take()).toEqual([]);
  await reopen(item("a", "approved"));
  expect(await takeOne()).toMatchObject({ payload: "approved", priority: 0 });
});

test("nor does it where it comes while the item is worked, which is then put off", async () => {
  await add({ ...item("a"), priority: 1 });
  const claimed = await takeOne();
  await reopen(item("a", "approved"));
  expect(await settle(claimed, putOff)).toBe("waiting");
  expect(await takeOne()).toMatchObject({ payload: "approved" });
});

test.each([{ kind: "done" } as const, { kind: "dead", reason: "gone" } as const])(
  "a change that comes while an item is worked is not lost: $kind is not the end of it",
  async (settlement) => {
    await add(item("a", "old"));
    const claimed = await takeOne();
    await reopen(item("a", "new"));
    expect(await take()).toEqual([]);
    expect(await settle(claimed, settlement)).toBe("again");
    const second = await takeOne();
    expect(second).toMatchObject({ attempts: 1, revision: 1, payload: "new", reason: null });
    expect(await settle(second, { kind: "done" })).toBe("settled");
    expect(await row("a")).toMatchObject({ outcome: "done", reason: null });
  },
);

test("a worker whose lease ended cannot settle what another one has", async () => {
  await add(item("a"));
  const slow = await takeOne();
  await endLeases();
  const other = await takeOne();
  expect(await settle(slow, { kind: "done" })).toBe("lost");
  expect(await settle(other, again)).toBe("waiting");
  expect(await settle(other, { kind: "done" })).toBe("lost");
});

test("the fence holds when the key was reopened and the attempts restart at 1", async () => {
  await add(item("a"));
  const slow = await takeOne();
  await endLeases();
  await settle(await takeOne(), { kind: "done" });
  await reopen(item("a"));
  const current = await takeOne();
  expect(current.attempts).toBe(slow.attempts);
  expect(await settle(slow, { kind: "done" })).toBe("lost");
  await outbox.release(t.database.db, [slow]);
  expect(await settle(current, { kind: "done" })).toBe("settled");
});

test("an item whose worker died comes back in doubt, and stays so until it is done", async () => {
  await add(item("a"));
  const died = await takeOne();
  expect(died.inDoubt).toBe(false);
  await endLeases();
  const second = await takeOne();
  expect(second.inDoubt).toBe(true);
  await settle(second, again);
  const third = await takeOne();
  expect(third.inDoubt).toBe(true);
  await settle(third, { kind: "done" });
  await reopen(item("a"));
  expect((await takeOne()).inDoubt).toBe(false);
});

test("an unknown result leaves a doubt, and a known one does not", async () => {
  await add(item("a"));
  await settle(await takeOne(), again);
  const taken = await takeOne();
  expect(taken).toMatchObject({ inDoubt: false, reason: "busy" });
  await settle(taken, { ...again, inDoubt: true });
  expect((await takeOne()).inDoubt).toBe(true);
});

test("released items are as if they had not been claimed", async () => {
  await add(item("a"), item("b"));
  await outbox.release(t.database.db, await take());
  await outbox.release(t.database.db, []);
  expect(await take()).toMatchObject([
    { attempts: 1, inDoubt: false },
    { attempts: 1, inDoubt: false },
  ]);
});

test("a claim takes the oldest first and no more than its limit", async () => {
  for (const key of ["a", "b", "c"]) {
    await add(item(key));
    await t.database.sql`update outbox set available_at = available_at - interval '1 minute'`;
  }
  expect((await take(2)).map((one) => one.key).sort()).toEqual(["a", "b"]);
  expect((await take(2)).map((one) => one.key)).toEqual(["c"]);
});

test("leases end by the clock", async () => {
  await add(item("a"));
  await takeOne();
  const at = (ms: number) => ({ limit: 1, leaseMs: 60_000, now: new Date(Date.now() + ms) });
  expect(await outbox.claim(t.database.db, at(50_000))).toHaveLength(0);
  expect(await outbox.claim(t.database.db, at(70_000))).toHaveLength(1);
});

test("it knows when the next item is due: never, now, after the wait, or when a lease ends", async () => {
  const due = () => outbox.nextDue(t.database.db);
  expect(await due()).toBeNull();
  await add(item("a"));
  expect(await due()).toBe(0);
  const claimed = await takeOne();
  expect(await due()).toBeGreaterThan(50_000);
  await settle(claimed, { ...again, afterMs: 5_000 });
  const wait = await due();
  expect(wait).toBeGreaterThan(3_000);
  expect(wait).toBeLessThanOrEqual(5_001);
});

test("twenty claims at once never give one item twice", async () => {
  await add(...Array.from({ length: 200 }, (_, n) => item(`k${n}`)));
  const claims = await Promise.all(Array.from({ length: 20 }, () => take(15)));
  for (let left = await take(); left.length > 0; left = await take()) claims.push(left);
  expect(claims.every((claim) => claim.length <= 15)).toBe(true);
  const keys = claims.flat().map((one) => one.key);
  expect(new Set(keys).size).toBe(200);
  expect(keys).toHaveLength(200);
});
