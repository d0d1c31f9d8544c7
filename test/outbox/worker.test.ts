import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { connect } from "../../db/connect.ts";
import * as store from "../../db/outbox.ts";
import { maxAttempts } from "../../src/outbox/retry.ts";
import { wakeAll, wakeOnNotify } from "../../src/outbox/wake.ts";
import { type Handler, type Outbox, type OutboxOptions, startOutbox } from "../../src/outbox/worker.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { databaseProxy } from "../support/database-proxy.ts";

let t: TestDatabase;
let running: Outbox[] = [];
const log = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.drop());
beforeEach(async () => {
  await t.truncate();
  vi.clearAllMocks();
});
afterEach(async () => {
  await Promise.all(running.map((outbox) => outbox.stop(1_000)));
  running = [];
});

function start(run: Handler["run"], options: Partial<OutboxOptions> & { onDead?: Handler["onDead"] } = {}) {
  const { onDead, ...rest } = options;
  const handlers = { work: onDead === undefined ? { run } : { run, onDead } };
  const outbox = startOutbox({ database: t.database, handlers, log, random: () => 0, ...rest });
  running.push(outbox);
  return outbox;
}
const items = (...keys: string[]) =>
  keys.map((key) => ({ organizationId: "T1", kind: "work", key, payload: null }));
const add = (...keys: string[]) => store.add(t.database.db, items(...keys));
const reopen = (...keys: string[]) => store.addOrReopen(t.database.db, items(...keys));
const row = async (key: string) => (await t.database.sql`select * from outbox where key = ${key}`)[0];
const done = { kind: "done" } as const;

/** A promise that a test resolves. */
function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

test("every item is carried out once, at most so many at a time", async () => {
  await add(...Array.from({ length: 60 }, (_, n) => `k${n}`));
  const seen: string[] = [];
  let now = 0;
  let most = 0;
  const outbox = start(
    async (item) => {
      most = Math.max(most, ++now);
      await new Promise(setImmediate);
      now--;
      seen.push(item.key);
      return done;
    },
    { concurrency: 5 },
  );
  await outbox.idle();
  expect(new Set(seen).size).toBe(60);
  expect(seen).toHaveLength(60);
  expect(most).toBe(5);
  expect(await store.countOpen(t.database.db)).toBe(0);
});

test("several workers never work one key at once, and no change is lost", async () => {
  const working = new Set<string>();
  const overlaps: string[] = [];
  const version: Record<string, number> = {};
  const drawn: Record<string, number> = {};
  const run: Handler["run"] = async (item) => {
    if (working.has(item.key)) overlaps.push(item.key);
    working.add(item.key);
    const read = version[item.key] ?? 0;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    drawn[item.key] = read;
    working.delete(item.key);
    return done;
  };
  const outboxes = [1, 2, 3].map(() => start(run, { concurrency: 4 }));
  const keys = ["a", "b", "c"];
  for (let change = 1; change <= 60; change++) {
    const key = keys[change % 3] as string;
    version[key] = change;
    await reopen(key);
    outboxes[change % 2]?.wake();
  }
  await vi.waitUntil(async () => (await store.countOpen(t.database.db)) === 0, { timeout: 10_000 });
  expect(overlaps).toEqual([]);
  expect(drawn).toEqual(version);
});

test("a change that comes during the work is worked afterwards, at once", async () => {
  await add("a");
  const first = gate();
  const begun = gate();
  let runs = 0;
  const outbox = start(async () => {
    if (++runs === 1) {
      begun.open();
      await first.opened;
    }
    return done;
  });
  await begun.opened;
  await reopen("a");
  outbox.wake();
  first.open();
  await outbox.idle();
  expect(runs).toBe(2);
});

test("a handler that throws is tried again, in doubt; one that knows that nothing was sent is not in doubt", async () => {
  await add("throws", "refused");
  const seen: Record<string, boolean[]> = {};
  const outbox = start(async (item) => {
    const doubts = seen[item.key] ?? [];
    seen[item.key] = doubts;
    doubts.push(item.inDoubt);
    if (doubts.length > 1) return done;
    if (item.key === "throws") throw new Error("socket hang up");
    return { kind: "retry", reason: "429", sent: "no" };
  });
  await outbox.idle();
  expect(seen).toEqual({ throws: [false, true], refused: [false, false] });
});

test("an item waits as long as the far end said, and others do not wait for it", async () => {
  await add("slow");
  const outbox = start(async (item) =>
    item.key === "slow" ? { kind: "retry", reason: "429", sent: "no", afterMs: 3_600_000 } : done,
  );
  await outbox.idle();
  await add("quick");
  await outbox.sweep();
  await outbox.idle();
  expect(await row("quick")).toMatchObject({ outcome: "done" });
  expect(await row("slow")).toMatchObject({ outcome: null, reason: "429", attempts: 1 });
  const wait = await store.nextDue(t.database.db);
  expect(wait).toBeGreaterThan(3_500_000);
});

test("a due retry is worked while another item takes its time", async () => {
  await add("long");
  const long = gate();
  const begun = gate();
  let tries = 0;
  const second = gate();
  const outbox = start(async (item) => {
    if (item.key === "long") {
      begun.open();
      await long.opened;
      return done;
    }
    if (++tries === 1) return { kind: "retry", reason: "busy", sent: "no", afterMs: 50 };
    second.open();
    return done;
  });
  await begun.opened;
  await add("short");
  outbox.wake();
  await second.opened;
  long.open();
  await outbox.idle();
});

test("an item is dead after its last attempt, with the reason, and its handler is told before", async () => {
  await add("a");
  await t.database.sql`update outbox set attempts = ${maxAttempts - 1}`;
  const told: unknown[] = [];
  const outbox = start(async () => ({ kind: "retry", reason: "channel_not_found", sent: "no" }), {
    async onDead(item, reason) {
      told.push([reason, (await row(item.key))?.settled_at]);
    },
  });
  await outbox.idle();
  const reason = `given up after ${maxAttempts} attempts: channel_not_found`;
  expect(told).toEqual([[reason, null]]);
  expect(await row("a")).toMatchObject({ outcome: "dead", reason });
  expect(log.error).toHaveBeenCalledWith(expect.objectContaining({ key: "a", reason }), expect.any(String));
});

test("what trying again would not help is dead at once, and so is a kind that nothing handles", async () => {
  await store.add(t.database.db, [
    ...items("a"),
    { organizationId: "T1", kind: "toString", key: "odd", payload: null },
  ]);
  const outbox = start(async () => ({ kind: "dead", reason: "account_inactive" }));
  await outbox.idle();
  expect(await row("a")).toMatchObject({ outcome: "dead", reason: "account_inactive", attempts: 1 });
  expect(await row("odd")).toMatchObject({ outcome: "dead", reason: "nothing handles toString" });
});

test("a death that could not be written down is tried again, and the reason does not grow", async () => {
  await add("a");
  await t.database.sql`update outbox set attempts = ${maxAttempts - 1}`;
  let told = 0;
  let runs = 0;
  const run: Handler["run"] = async () => {
    runs++;
    return { kind: "retry", reason: "down", sent: "no" };
  };
  const outbox = start(run, {
    async onDead() {
      if (++told < 3) throw new Error("deadlock");
    },
  });
  await outbox.idle();
  expect([runs, told]).toEqual([1, 3]);
  expect(await row("a")).toMatchObject({
    outcome: "dead",
    reason: `given up after ${maxAttempts} attempts: down`,
  });
});

test("a handler that outstays its lease's time is aborted, gives up its place, and the item comes back in doubt", async () => {
  await add("a");
  const doubts: boolean[] = [];
  const outbox = start(
    (item, signal) => {
      doubts.push(item.inDoubt);
      if (doubts.length > 1) return Promise.resolve(done);
      return new Promise((resolve) => {
        // Hears the signal and does not care.
        signal.addEventListener("abort", () => setTimeout(resolve, 10_000, done).unref());
      });
    },
    { leaseMs: 400, concurrency: 1 },
  );
  await vi.waitUntil(() => doubts.length === 2, { timeout: 5_000 });
  await outbox.idle();
  expect(doubts).toEqual([false, true]);
  expect(await row("a")).toMatchObject({ outcome: "done" });
});

test("stopping waits for what is under way, and takes nothing more", async () => {
  await add("a", "b");
  const open = gate();
  const begun = gate();
  const outbox = start(
    async () => {
      begun.open();
      await open.opened;
      return done;
    },
    { concurrency: 1 },
  );
  await begun.opened;
  const stopped = outbox.stop(5_000);
  open.open();
  await stopped;
  const states = (await Promise.all([row("a"), row("b")])).map((one) => [one?.outcome, one?.leased_until]);
  expect(states).toContainEqual(["done", null]);
  expect(states).toContainEqual([null, null]);
});

test("what does not end within the grace is aborted, and the next process finds it due and in doubt", async () => {
  await add("a");
  const begun = gate();
  const outbox = start((_, signal) => {
    begun.open();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await begun.opened;
  await outbox.stop(200);
  expect(await row("a")).toMatchObject({ outcome: null, leased_until: null, in_doubt: true });
  expect(await store.nextDue(t.database.db)).toBe(0);
});

test("what a process left under a lease when it died is carried out when the lease ends, in doubt", async () => {
  await add("a");
  await store.claim(t.database.db, { limit: 1, leaseMs: 300 });
  const doubt = gate();
  start(async (item) => {
    if (item.inDoubt) doubt.open();
    return done;
  });
  await doubt.opened;
});

test("a commit on one replica wakes the worker of another", async () => {
  const worked = gate();
  const here = start(async () => done);
  await here.stop(0);
  const there = start(
    async () => {
      worked.open();
      return done;
    },
    { pollMs: 3_600_000 },
  );
  await there.idle();
  // As if from another process: the sender's own notifications are not heard.
  const listening = await wakeOnNotify(t.url, there);
  await there.idle();
  await add("a");
  await t.database.sql.notify("signoff_outbox", "another process");
  await worked.opened;
  await listening.stop();
});

test("many commits at once wake the worker here each time, and share notifications; none of it ever throws", async () => {
  const heard: string[] = [];
  const { unlisten } = await t.database.sql.listen("signoff_outbox", (sender) => heard.push(sender));
  const wake = vi.fn();
  const afterCommit = wakeAll(t.database, () => ({ wake }) as unknown as Outbox, log);
  for (let n = 0; n < 100; n++) afterCommit();
  expect(wake).toHaveBeenCalledTimes(100);
  await vi.waitUntil(() => heard.length > 0);
  expect(heard.length).toBeLessThan(10);
  await unlisten();

  const lost = connect("postgres://nobody@127.0.0.1:1/none");
  wakeAll(lost, () => ({ wake }) as unknown as Outbox, log)();
  await vi.waitUntil(() => log.warn.mock.calls.length > 0);
  await lost.close();
});

test("with the database away it waits and says so once; when it is back the work goes on, and nothing is sent twice", async () => {
  const proxy = await databaseProxy(t.url);
  const database = connect(proxy.url, { max: 4 });
  const open = gate();
  const begun = gate();
  const sent: string[] = [];
  const outbox = start(
    async (item) => {
      if (item.key === "a") {
        begun.open();
        await open.opened;
      }
      sent.push(item.key);
      return done;
    },
    { database, pollMs: 50 },
  );
  const listening = await wakeOnNotify(proxy.url, outbox);
  await outbox.idle();
  await add("a");
  await begun.opened;

  await proxy.down();
  // Sent, and the answer cannot be written down yet.
  open.open();
  await vi.waitUntil(() => log.warn.mock.calls.length > 0);
  await add("b");
  for (let n = 0; n < 5; n++) await outbox.sweep();
  await proxy.up();

  await vi.waitUntil(async () => (await store.countOpen(t.database.db)) === 0, { timeout: 10_000 });
  expect(sent.sort()).toEqual(["a", "b"]);
  const said = log.warn.mock.calls.map(([, message]) => message as string);
  expect(said.filter((message) => message.includes("does not reach the database"))).toHaveLength(1);
  await vi.waitUntil(() => log.info.mock.calls.length > 0);

  // It hears the others again, too.
  const worked = new Promise<void>((resolve) => {
    const timer = setInterval(async () => {
      await t.database.sql.notify("signoff_outbox", "another process");
      if ((await row("c"))?.outcome === "done") {
        clearInterval(timer);
        resolve();
      }
    }, 50);
  });
  await add("c");
  await worked;
  await listening.stop();
  await outbox.stop(1_000);
  await database.close();
  await proxy.down();
});
