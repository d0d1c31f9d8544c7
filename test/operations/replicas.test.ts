import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { freePort } from "../../sandbox/free-port.ts";
import { type App, startApp } from "../../src/compose/app.ts";
import { readConfig } from "../../src/config.ts";
import { createLog } from "../../src/lib/log.ts";
import { type Child, startChild } from "../support/child.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
let second: App;
/**
 * The targets of Slack's next requests, in turn, as a load balancer without sticky sessions would send them.
 */
let replicas: string[] = [];
let turn = 0;

beforeAll(async () => {
  const botUrl = () => replicas[turn++ % replicas.length] ?? stack.botUrl;
  stack = await startTestStack({ slack: { botUrl } });
  second = await startApp(readConfig({ ...stack.env, PORT: "0" }), { log: createLog("silent") });
});
afterAll(async () => {
  replicas = [];
  await second?.stop(1_000);
  await stack?.stop();
});
afterEach(() => expect(stack.slack.violations).toEqual([]));

const secondUrl = () => `http://127.0.0.1:${second.port}`;

const allSent = () =>
  eventually(async () => {
    const [open] = await stack.database.database.sql<{ count: number }[]>`
      select count(*)::int from outbox where settled_at is null`;
    expect(open?.count).toBe(0);
  });

const headersOf = (name: string) =>
  stack.slack
    .messagesFor(stack.id(name))
    .filter(({ blocks }) => blocks[0]?.type === "header")
    .map((message) => textOf(message).split("\n")[0]);

/** Asserts that each request appears in exactly one message per person. */
async function everyCardIsThereOnce() {
  await allSent();
  for (const name of ["dana", "bob", "carol"]) {
    const shown = headersOf(name);
    expect([name, shown.length]).toEqual([name, new Set(shown).size]);
    expect(shown.length).toBeGreaterThan(0);
  }
}

/** Opens a request's modal at one replica and submits it at the other. */
async function submit(integration: string) {
  const dana = stack.id("dana");
  expect(await stack.slack.command(dana, `/promote ${integration}`)).toMatchObject({ status: 200 });
  expect(await stack.slack.submit(dana, {})).toMatchObject({ status: 200, body: "" });
  await allSent();
}

test("R8: two replicas, and every click goes to the other one: one outcome, one card each", async () => {
  replicas = [stack.botUrl, secondUrl()];
  for (let n = 1; n <= 4; n++) {
    await stack.setLive("commerce/orders-sync", { development: `8.0.${n}` });
    await submit("orders-sync");
    const cards = ["bob", "carol"].map((name) => [name, stack.cardOf(name, "approve_request")] as const);
    const answers = await Promise.all(
      cards.map(([name, card]) => stack.slack.click(stack.id(name), card, { actionId: "approve_request" })),
    );
    for (const answer of answers) expect(answer).toMatchObject({ status: 200 });
    await everyCardIsThereOnce();
    await eventually(() => {
      const notified = ["bob", "carol"].filter((name) => stack.lastEphemeral(name).includes(`#${n} `));
      expect(notified).toHaveLength(1);
    });
    await stack.press("dana", "promote_request");
    await allSent();
    expect(textOf(stack.cardFor("bob", n))).toContain(`Promoted: 8.0.${n} is live in Staging`);
  }
  const audited = await stack.database.database.sql<{ action: string; times: number }[]>`
    select action, count(*)::int as times from audit_log where action like 'request.%' group by action order by action`;
  const once = ["approved", "promoted", "promoting", "requested"].map((event) => [`request.${event}`, 4]);
  expect(audited.map(({ action, times }) => [action, times])).toEqual(once);
});

test("a rolling restart: the old process ends while people click; nothing is lost, nothing comes twice", async () => {
  const port = await freePort();
  const old: Child = startChild({ ...stack.env, PORT: String(port), LOG_LEVEL: "warn" });
  await old.ready;
  replicas = [`http://127.0.0.1:${port}`];
  const posting = stack.slack.faults.hold("chat.postMessage");
  await stack.setLive("commerce/inventory-feed", { development: "9.0.0" });
  await stack.slack.command(stack.id("dana"), "/promote inventory-feed staging");
  expect(await stack.slack.submit(stack.id("dana"), {})).toMatchObject({ status: 200, body: "" });
  await posting.reached;
  old.process.kill("SIGTERM");
  replicas = [stack.botUrl, secondUrl()];
  await stack.slack.command(stack.id("dana"), "/promote commerce/billing staging");
  expect(await stack.slack.submit(stack.id("dana"), {})).toMatchObject({ status: 200, body: "" });
  posting.release();
  expect(await old.ended).toBe(0);
  await everyCardIsThereOnce();
  await stack.press("bob", "approve_request");
  await everyCardIsThereOnce();
  expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer");
});
