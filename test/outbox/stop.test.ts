import { expect, test } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import { done, freshWorkers, gate } from "./worker-fixture.ts";

const fixture = freshWorkers();

test("stopping waits for what is under way, and takes nothing more", async () => {
  await fixture.add("a", "b");
  const open = gate();
  const begun = gate();
  const outbox = fixture.start(
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
  const states = (await Promise.all([fixture.row("a"), fixture.row("b")])).map((one) => [
    one?.outcome,
    one?.leased_until,
  ]);
  expect(states).toContainEqual(["done", null]);
  expect(states).toContainEqual([null, null]);
});

test("what does not end within the grace is aborted, and the next process finds it due and in doubt", async () => {
  await fixture.add("a");
  const begun = gate();
  const outbox = fixture.start((_, signal) => {
    begun.open();
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  });
  await begun.opened;
  await outbox.stop(200);
  expect(await fixture.row("a")).toMatchObject({ outcome: null, leased_until: null, in_doubt: true });
  expect(await store.nextDue(fixture.t.database.db)).toBe(0);
});

test("what does not even hear the abort is given back all the same, in doubt, and not at once", async () => {
  await fixture.add("a");
  const begun = gate();
  const outbox = fixture.start(() => {
    begun.open();
    return new Promise(() => {});
  });
  await begun.opened;
  await outbox.stop(2_000);
  expect(await fixture.row("a")).toMatchObject({ outcome: null, leased_until: null, in_doubt: true });
  expect(await store.nextDue(fixture.t.database.db)).toBeGreaterThan(0);
});

test("what a process left under a lease when it died is carried out when the lease ends, in doubt", async () => {
  await fixture.add("a");
  await store.claim(fixture.t.database.db, { limit: 1, leaseMs: 300 });
  const doubt = gate();
  fixture.start(async (item) => {
    if (item.inDoubt) doubt.open();
    return done;
  });
  await doubt.opened;
});
