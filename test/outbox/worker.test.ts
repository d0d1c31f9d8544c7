import { expect, test, vi } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import type { Handler } from "../../src/outbox/handlers.ts";
import { done, freshWorkers, gate } from "./worker-fixture.ts";

const fixture = freshWorkers();

test("every item runs once, within the concurrency limit", async () => {
  await fixture.add(...Array.from({ length: 60 }, (_, n) => `k${n}`));
  const seen: string[] = [];
  let now = 0;
  let most = 0;
  const outbox = fixture.start(
    async (item) => {
      most = Math.max(most, ++now);
      // They take different times, because a free slot must be filled while the others are busy.
      await new Promise((resolve) => setTimeout(resolve, item.id % 7));
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
  expect(await fixture.open()).toBe(0);
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
  const outboxes = [1, 2, 3].map(() => fixture.start(run, { concurrency: 4 }));
  const keys = ["a", "b", "c"];
  for (let change = 1; change <= 60; change++) {
    const key = keys[change % 3] as string;
    version[key] = change;
    await fixture.reopen(key);
    outboxes[change % 2]?.wake();
  }
  await vi.waitUntil(async () => (await fixture.open()) === 0, { timeout: 10_000 });
  expect(overlaps).toEqual([]);
  expect(drawn).toEqual(version);
});

test("a change that comes during the work is worked afterwards, at once", async () => {
  await fixture.add("a");
  const first = gate();
  const begun = gate();
  let runs = 0;
  const outbox = fixture.start(async () => {
    if (++runs === 1) {
      begun.open();
      await first.opened;
    }
    return done;
  });
  await begun.opened;
  await fixture.reopen("a");
  outbox.wake();
  first.open();
  await outbox.idle();
  expect(runs).toBe(2);
});

test("a handler that throws is tried again, in doubt; one that knows that nothing was sent is not in doubt", async () => {
  await fixture.add("throws", "refused");
  const seen: Record<string, boolean[]> = {};
  const outbox = fixture.start(async (item) => {
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
  await fixture.add("slow");
  const outbox = fixture.start(async (item) =>
    item.key === "slow" ? { kind: "retry", reason: "429", sent: "no", afterMs: 3_600_000 } : done,
  );
  await outbox.idle();
  await fixture.add("quick");
  await outbox.sweep();
  await outbox.idle();
  expect(await fixture.row("quick")).toMatchObject({ outcome: "done" });
  expect(await fixture.row("slow")).toMatchObject({ outcome: null, reason: "429", attempts: 1 });
  const wait = await store.nextDue(fixture.t.database.db);
  expect(wait).toBeGreaterThan(3_500_000);
});

test("a due retry is worked while another item takes its time", async () => {
  await fixture.add("long");
  const long = gate();
  const begun = gate();
  let tries = 0;
  const second = gate();
  const outbox = fixture.start(async (item) => {
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
  await fixture.add("short");
  outbox.wake();
  await second.opened;
  long.open();
  await outbox.idle();
});

test("a handler that outstays its lease's time is aborted, gives up its place, and the item comes back in doubt", async () => {
  await fixture.add("a");
  const doubts: boolean[] = [];
  const outbox = fixture.start(
    (item, signal) => {
      doubts.push(item.inDoubt);
      if (doubts.length > 1) return Promise.resolve(done);
      return new Promise((resolve) => {
        // Receives the signal and ignores it.
        signal.addEventListener("abort", () => setTimeout(resolve, 10_000, done).unref());
      });
    },
    { leaseMs: 400, concurrency: 1 },
  );
  await vi.waitUntil(() => doubts.length === 2, { timeout: 5_000 });
  await outbox.idle();
  expect(doubts).toEqual([false, true]);
  expect(await fixture.row("a")).toMatchObject({ outcome: "done" });
});

test("a handler that did a part goes on later, as often as it takes, and its attempts do not add up", async () => {
  await fixture.add("long");
  const attempts: number[] = [];
  const run: Handler["run"] = async (item) => {
    attempts.push(item.attempts);
    return attempts.length > 4 ? done : { kind: "later", afterMs: 0 };
  };
  const outbox = fixture.start(run, { maxAttempts: 3 });
  await outbox.idle();
  expect(attempts).toHaveLength(5);
  expect(new Set(attempts)).toEqual(new Set([1]));
  expect(await fixture.open()).toBe(0);
});

test("what was left for later waits as long as was said, also when something comes for the same key", async () => {
  await fixture.add("long");
  let tries = 0;
  const outbox = fixture.start(async () => {
    tries += 1;
    return { kind: "later", afterMs: 60_000 };
  });
  await outbox.idle();
  await fixture.reopen("long");
  outbox.wake();
  await outbox.idle();
  expect([tries, await fixture.open()]).toEqual([1, 1]);
});
