import { expect, test } from "vitest";
import * as store from "../../db/delivery/outbox.ts";
import type { Handler } from "../../src/outbox/handlers.ts";
import { maxAttempts } from "../../src/outbox/retry.ts";
import { done, freshWorkers } from "./worker-fixture.ts";

const fixture = freshWorkers();

test("onDead learns whether one of the attempts may have succeeded, including the last one", async () => {
  const doubts: [string, boolean][] = [];
  await fixture.add("never");
  await fixture.add("once");
  await fixture.add("at last");
  await fixture.t.database.sql`update outbox set attempts = ${maxAttempts - 1}, in_doubt = key = 'once'`;
  const sentBy = (key: string) => (key === "at last" ? "unknown" : "no");
  const outbox = fixture.start(async ({ key }) => ({ kind: "retry", reason: "down", sent: sentBy(key) }), {
    onDead: async ({ key, inDoubt }) => void doubts.push([key, inDoubt]),
  });
  await outbox.idle();
  expect(doubts.sort()).toEqual([
    ["at last", true],
    ["never", false],
    ["once", true],
  ]);
});

test("an item is dead after its last attempt, with the reason, and its handler is called first", async () => {
  await fixture.add("a");
  await fixture.t.database.sql`update outbox set attempts = ${maxAttempts - 1}`;
  const deaths: unknown[] = [];
  const outbox = fixture.start(async () => ({ kind: "retry", reason: "channel_not_found", sent: "no" }), {
    async onDead(item, reason) {
      deaths.push([reason, (await fixture.row(item.key))?.settled_at]);
    },
  });
  await outbox.idle();
  const reason = `given up after ${maxAttempts} attempts: channel_not_found`;
  expect(deaths).toEqual([[reason, null]]);
  expect(await fixture.row("a")).toMatchObject({ outcome: "dead", reason });
  expect(fixture.log.error).toHaveBeenCalledWith(
    expect.objectContaining({ key: "a", reason }),
    expect.any(String),
  );
});

test("a handler may give up sooner", async () => {
  await fixture.add("a");
  await fixture.t.database.sql`update outbox set attempts = 2`;
  const outbox = fixture.start(async () => ({ kind: "retry", reason: "no answer", sent: "no" }), {
    maxAttempts: 3,
  });
  await outbox.idle();
  const reason = "given up after 3 attempts: no answer";
  expect(await fixture.row("a")).toMatchObject({ outcome: "dead", reason, attempts: 3 });
});

test("what trying again would not help is dead at once", async () => {
  await fixture.add("a");
  const outbox = fixture.start(async () => ({ kind: "dead", reason: "account_inactive" }));
  await outbox.idle();
  expect(await fixture.row("a")).toMatchObject({ outcome: "dead", reason: "account_inactive", attempts: 1 });
});

test("an item of a kind that nothing handles waits, also one that is called like a method of every object", async () => {
  await store.add(fixture.t.database.db, [
    { organizationId: "T1", kind: "toString", key: "odd", payload: null },
  ]);
  await fixture.start(async () => done).idle();
  expect(await fixture.row("odd")).toMatchObject({ outcome: null, reason: "nothing handles toString" });
});

test("what a replica of an earlier version gave up because it did not know the kind is carried out", async () => {
  await fixture.add("unknown", "refused");
  await fixture.t.database.sql`
    update outbox set outcome = 'dead', settled_at = now(), attempts = 1,
      reason = case key when 'unknown' then 'nothing handles work' else 'account_inactive' end`;
  const outbox = fixture.start(async () => done);
  await outbox.idle();
  await outbox.sweep();
  await outbox.idle();
  expect(await fixture.row("unknown")).toMatchObject({ outcome: "done", reason: null });
  expect(await fixture.row("refused")).toMatchObject({ outcome: "dead", reason: "account_inactive" });
});

test("a death that could not be written down is tried again, and the reason does not grow", async () => {
  await fixture.add("a");
  await fixture.t.database.sql`update outbox set attempts = ${maxAttempts - 1}`;
  let deaths = 0;
  let runs = 0;
  const run: Handler["run"] = async () => {
    runs++;
    return { kind: "retry", reason: "down", sent: "no" };
  };
  const outbox = fixture.start(run, {
    async onDead() {
      if (++deaths < 3) throw new Error("deadlock");
    },
  });
  await outbox.idle();
  expect([runs, deaths]).toEqual([1, 3]);
  expect(await fixture.row("a")).toMatchObject({
    outcome: "dead",
    reason: `given up after ${maxAttempts} attempts: down`,
  });
});
