import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { connect } from "../../db/connection/connect.ts";
import { wakeAll, wakeOnNotify } from "../../src/outbox/wake.ts";
import type { Outbox } from "../../src/outbox/worker.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { done, gate, type WorkerFixture, workerFixture } from "./worker-fixture.ts";

let bench: WorkerFixture;
beforeAll(async () => {
  bench = await workerFixture();
});
afterAll(() => bench.t.drop());
beforeEach(() => bench.clean());
afterEach(() => bench.stop());

test("a commit on one replica wakes the worker of another", async () => {
  const worked = gate();
  const here = bench.start(async () => done);
  await here.stop(0);
  const there = bench.start(
    async () => {
      worked.open();
      return done;
    },
    { pollMs: 3_600_000 },
  );
  await there.idle();
  // Sends from another process's connection, because a sender ignores its own notifications.
  const listening = await wakeOnNotify(bench.t.url, there);
  await there.idle();
  await bench.add("a");
  await bench.t.database.sql.notify("signoff_outbox", "another process");
  await worked.opened;
  await listening.stop();
});

test("many commits at once wake the worker here each time, and share notifications; none of it ever throws", async () => {
  const heard: string[] = [];
  const { unlisten } = await bench.t.database.sql.listen("signoff_outbox", (sender) => heard.push(sender));
  const wake = vi.fn();
  const afterCommit = wakeAll(bench.t.database, () => ({ wake }) as unknown as Outbox, bench.log);
  for (let n = 0; n < 100; n++) afterCommit();
  expect(wake).toHaveBeenCalledTimes(100);
  await vi.waitUntil(() => heard.length > 0);
  expect(heard.length).toBeLessThan(10);
  await unlisten();

  const lost = connect("postgres://nobody@127.0.0.1:1/none");
  wakeAll(lost, () => ({ wake }) as unknown as Outbox, bench.log)();
  await vi.waitUntil(() => bench.log.warn.mock.calls.length > 0);
  await lost.close();
});

test("without a database it waits and logs it once; afterwards the work continues, and nothing is sent twice", async () => {
  const proxy = await databaseProxy(bench.t.url);
  const database = connect(proxy.url, { max: 4 });
  const open = gate();
  const begun = gate();
  const sent: string[] = [];
  const outbox = bench.start(
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
  await bench.add("a");
  await begun.opened;

  await proxy.down();
  // The message was sent, but its result cannot be stored yet.
  open.open();
  await vi.waitUntil(() => bench.log.warn.mock.calls.length > 0);
  await bench.add("b");
  for (let n = 0; n < 3; n++) await outbox.sweep();
  await proxy.up();

  await vi.waitUntil(async () => (await bench.open()) === 0, { timeout: 10_000 });
  expect(sent.sort()).toEqual(["a", "b"]);
  const said = bench.log.warn.mock.calls.map(([, message]) => message as string);
  expect(said.filter((message) => message.includes("does not reach the database"))).toHaveLength(1);
  await vi.waitUntil(() => bench.log.info.mock.calls.length > 0);

  // It also receives the others' notifications again.
  const worked = new Promise<void>((resolve) => {
    const timer = setInterval(async () => {
      await bench.t.database.sql.notify("signoff_outbox", "another process");
      if ((await bench.row("c"))?.outcome === "done") {
        clearInterval(timer);
        resolve();
      }
    }, 50);
  });
  await bench.add("c");
  await worked;
  await listening.stop();
  await outbox.stop(1_000);
  await database.close();
  await proxy.down();
});
