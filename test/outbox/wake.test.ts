import { expect, test, vi } from "vitest";
import { connect } from "../../db/connection/connect.ts";
import { wakeAll, wakeOnNotify } from "../../src/outbox/wake.ts";
import type { Outbox } from "../../src/outbox/worker.ts";
import { databaseProxy } from "../support/database-proxy.ts";
import { done, freshWorkers, gate } from "./worker-fixture.ts";

const fixture = freshWorkers();

test("a commit on one replica wakes the worker of another", async () => {
  const worked = gate();
  const here = fixture.start(async () => done);
  await here.stop(0);
  const there = fixture.start(
    async () => {
      worked.open();
      return done;
    },
    { pollMs: 3_600_000 },
  );
  await there.idle();
  // Sends from another process's connection, because a sender ignores its own notifications.
  const listening = await wakeOnNotify(fixture.t.url, there);
  await there.idle();
  await fixture.add("a");
  await fixture.t.database.sql.notify("signoff_outbox", "another process");
  await worked.opened;
  await listening.stop();
});

test("many commits at once wake the worker here each time, and share notifications; none of it ever throws", async () => {
  const received: string[] = [];
  const { unlisten } = await fixture.t.database.sql.listen("signoff_outbox", (sender) =>
    received.push(sender),
  );
  const wake = vi.fn();
  const afterCommit = wakeAll(fixture.t.database, () => ({ wake }) as unknown as Outbox, fixture.log);
  for (let n = 0; n < 100; n++) afterCommit();
  expect(wake).toHaveBeenCalledTimes(100);
  await vi.waitUntil(() => received.length > 0);
  expect(received.length).toBeLessThan(10);
  await unlisten();

  const lost = connect("postgres://nobody@127.0.0.1:1/none");
  wakeAll(lost, () => ({ wake }) as unknown as Outbox, fixture.log)();
  await vi.waitUntil(() => fixture.log.warn.mock.calls.length > 0);
  await lost.close();
});

test("without a database it waits and logs it once; afterwards the work continues, and nothing is sent twice", async () => {
  const proxy = await databaseProxy(fixture.t.url);
  const database = connect(proxy.url, { max: 4 });
  const open = gate();
  const begun = gate();
  const sent: string[] = [];
  const outbox = fixture.start(
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
  await fixture.add("a");
  await begun.opened;

  await proxy.down();
  // The message was sent, but its result cannot be stored yet.
  open.open();
  await vi.waitUntil(() => fixture.log.warn.mock.calls.length > 0);
  await fixture.add("b");
  for (let n = 0; n < 3; n++) await outbox.sweep();
  await proxy.up();

  await vi.waitUntil(async () => (await fixture.open()) === 0, { timeout: 10_000 });
  expect(sent.sort()).toEqual(["a", "b"]);
  const said = fixture.log.warn.mock.calls.map(([, message]) => message as string);
  expect(said.filter((message) => message.includes("does not reach the database"))).toHaveLength(1);
  await vi.waitUntil(() => fixture.log.info.mock.calls.length > 0);

  // It also receives the others' notifications again.
  const worked = new Promise<void>((resolve) => {
    const timer = setInterval(async () => {
      await fixture.t.database.sql.notify("signoff_outbox", "another process");
      if ((await fixture.row("c"))?.outcome === "done") {
        clearInterval(timer);
        resolve();
      }
    }, 50);
  });
  await fixture.add("c");
  await worked;
  await listening.stop();
  await outbox.stop(1_000);
  await database.close();
  await proxy.down();
});
