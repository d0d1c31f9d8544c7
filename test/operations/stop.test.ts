import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { freePort } from "../../sandbox/free-port.ts";
import { type Child, startChild } from "../support/child.ts";
import { reserveConnection } from "../support/reserve-connection.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
let bot: Child | undefined;
let botUrl: string | undefined;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack({ slack: { botUrl: () => botUrl ?? stack.botUrl } });
});
afterAll(() => stack?.stop());

beforeEach(async () => {
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `7.0.${built}` });
  await stack.app.stop(500);
  await start();
});

afterEach(async () => {
  stack.slack.faults.clear();
  bot?.process.kill("SIGKILL");
  await bot?.ended;
  botUrl = undefined;
  // Ends the leases that an aborted process leaves, so that the test does not wait for them.
  await stack.database.database.sql`update outbox set leased_until = now() where leased_until > now()`;
  await stack.restartWith({});
});

async function start() {
  const port = await freePort();
  bot = startChild({ ...stack.env, PORT: String(port), LOG_LEVEL: "warn" });
  await bot.ready;
  botUrl = `http://127.0.0.1:${port}`;
}

async function submit() {
  await stack.slack.command(stack.id("dana"), "/promote orders-sync");
  expect(await stack.slack.submit(stack.id("dana"), {})).toMatchObject({ status: 200, body: "" });
}

const open = async () =>
  await stack.database.database.sql<{ kind: string; leased: boolean; in_doubt: boolean }[]>`
    select kind, leased_until is not null as leased, in_doubt from outbox where settled_at is null`;

const allSent = () => eventually(async () => expect(await open()).toEqual([]));

const cardsOf = (name: string) =>
  stack.slack
    .messagesFor(stack.id(name))
    .map((message) => textOf(message))
    .filter((text) => text.includes(`7.0.${built}`) && text.includes("Waiting for review"));

test("SIGTERM: what is under way at the far end is waited for, and nothing is left claimed", async () => {
  const posting = stack.slack.faults.hold("chat.postMessage");
  await submit();
  await posting.reached;
  bot?.process.kill("SIGTERM");
  await eventually(() => expect(fetch(`${botUrl}/healthz`)).rejects.toThrow());
  posting.release();
  expect(await bot?.ended).toBe(0);
  expect((await open()).filter(({ leased, in_doubt }) => leased || in_doubt)).toEqual([]);
  await start();
  await allSent();
  for (const name of ["bob", "carol", "dana"]) expect([name, cardsOf(name).length]).toEqual([name, 1]);
});

test("SIGTERM: a far end that never answers is given up within 10 s; its items are free, in doubt, and arrive once", async () => {
  const posting = stack.slack.faults.hold("chat.postMessage");
  await submit();
  await posting.reached;
  const began = performance.now();
  bot?.process.kill("SIGTERM");
  expect(await bot?.ended).toBe(0);
  expect(performance.now() - began).toBeLessThan(10_000);
  const left = await open();
  expect(left.filter(({ leased }) => leased)).toEqual([]);
  expect(left.some(({ in_doubt }) => in_doubt)).toBe(true);
  posting.release();
  await start();
  await allSent();
  for (const name of ["bob", "carol", "dana"]) expect([name, cardsOf(name).length]).toEqual([name, 1]);
});

test("a second signal ends it at once", async () => {
  const posting = stack.slack.faults.hold("chat.postMessage");
  await submit();
  await posting.reached;
  bot?.process.kill("SIGTERM");
  await eventually(() => expect(fetch(`${botUrl}/healthz`)).rejects.toThrow());
  const began = performance.now();
  bot?.process.kill("SIGTERM");
  expect(await bot?.ended).toBe(1);
  expect(performance.now() - began).toBeLessThan(1_000);
  posting.release();
});

test("SIGTERM during a click: it is carried out, and the person is answered", async () => {
  await submit();
  await allSent();
  const holder = await reserveConnection(stack.database.database.sql);
  await holder`begin`;
  await holder`select from requests for update`;
  const clicking = stack.press("bob", "approve_request");
  await eventually(async () => {
    const [waiting] = await holder<{ count: number }[]>`
      select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'signoff'`;
    expect(waiting?.count).toBe(1);
  });
  bot?.process.kill("SIGTERM");
  await eventually(() => expect(fetch(`${botUrl}/healthz`)).rejects.toThrow());
  await holder`rollback`;
  holder.release();
  expect(await clicking).toMatchObject({ status: 200 });
  expect(await bot?.ended).toBe(0);
  await start();
  await allSent();
  expect(textOf(stack.cardOf("dana"))).toContain("approved");
});
