import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Child, startChild } from "../support/child.ts";
import { type MailProxy, mailProxy } from "../support/mail-proxy.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;
let mail: MailProxy;
let bot: Child | undefined;
let number: number;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack();
  mail = await mailProxy(stack.mail.url);
});

afterAll(async () => {
  await stack?.stop();
  await mail?.stop();
});

beforeEach(async () => {
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `6.0.${built}` });
  await stack.app.stop(1000);
  await start();
});

afterEach(async () => {
  stack.slack.faults.clear();
  await kill();
  expect(stack.slack.violations).toEqual([]);
  await stack.restartWith({});
});

async function start() {
  bot = startChild({ ...stack.env, RESEND_BASE_URL: mail.url, LOG_LEVEL: "warn" });
  await bot.ready;
}

/** Kills the process immediately, as the kernel does. */
async function kill() {
  bot?.process.kill("SIGKILL");
  await bot?.ended;
}

/** Ends the leases that a killed process leaves, so that the test does not wait for them. */
async function endLeases() {
  await stack.database.database.sql`
    update outbox set leased_until = now() - interval '1 second' where leased_until > now()`;
}

async function submit() {
  await stack.slack.command(stack.id("dana"), "/promote orders-sync");
  const answer = await stack.slack.submit(stack.id("dana"), { message_input: "Survive" });
  expect(answer).toMatchObject({ status: 200, body: "" });
  const [row] = await stack.database.database.sql<{ number: number }[]>`
    select max(number)::int as number from requests`;
  number = row?.number as number;
}

const cards = (name: string) =>
  stack.slack
    .messagesFor(stack.id(name))
    .filter(({ blocks }) => blocks[0]?.type === "header" && textOf({ blocks }).startsWith(`#${number} `));

const mails = async (to: string) =>
  (await stack.mail.inbox()).filter(
    (one) =>
      one.to === `${to}@acme.example` && one.subject.includes(`#${number}`) && !/replaced/.test(one.text),
  );

/** Waits until everything has been sent. */
const allSettled = () =>
  eventually(async () => {
    const [open] = await stack.database.database.sql<{ count: number }[]>`
      select count(*)::int from outbox where settled_at is null`;
    expect(open?.count).toBe(0);
  }, 15_000);

async function everybodyWasAskedOnce() {
  await allSettled();
  for (const name of ["dana", "bob", "carol"]) expect([name, cards(name).length]).toEqual([name, 1]);
  expect(await mails("bob")).toHaveLength(1);
  expect(await mails("carol")).toHaveLength(1);
}

test("killed right after the ack, before anything could be sent: everything arrives, once", {
  timeout: 40_000,
}, async () => {
  stack.slack.faults.fail("chat.postMessage", { status: 503 }, 1000);
  mail.fail(503, 1000);
  await submit();
  await kill();
  stack.slack.faults.clear();
  mail.recover();
  expect(cards("bob")).toEqual([]);
  await endLeases();
  await start();
  await everybodyWasAskedOnce();
});

test("killed while cards and emails are on their way: they arrive, none twice", {
  timeout: 40_000,
}, async () => {
  const cardsHeld = stack.slack.faults.hold("chat.postMessage");
  const mailsHeld = mail.hold();
  await submit();
  await Promise.all([cardsHeld.reached, mailsHeld.reached]);
  await kill();
  // Messages that left the process arrive, but nobody receives the responses.
  cardsHeld.release();
  mailsHeld.release();
  await eventually(() =>
    expect(cards("bob").length + cards("carol").length + cards("dana").length).toBeGreaterThan(0),
  );
  await endLeases();
  await start();
  await everybodyWasAskedOnce();
  await stack.press("bob", "approve_request");
  await allSettled();
  for (const name of ["dana", "bob", "carol"])
    expect(cards(name).map((card) => textOf(card))).toEqual([
      expect.stringContaining("Approved by Bob Reviewer"),
    ]);
});

test("Approve was acknowledged and the process killed: everyone is notified once", {
  timeout: 40_000,
}, async () => {
  await submit();
  await allSettled();
  const updates = stack.slack.faults.hold("chat.update");
  const messages = stack.slack.faults.hold("chat.postMessage");
  expect(await stack.press("bob", "approve_request")).toMatchObject({ status: 200, body: "" });
  await Promise.all([updates.reached, messages.reached]);
  await kill();
  updates.release();
  messages.release();
  const approved = () => stack.texts("dana").filter((text) => text.includes(`approved #${number} `));
  await eventually(() => expect(approved()).toHaveLength(1));
  await endLeases();
  await start();
  await allSettled();
  for (const name of ["dana", "bob", "carol"])
    expect(cards(name).map((card) => textOf(card))).toEqual([
      expect.stringContaining("Approved by Bob Reviewer"),
    ]);
  expect(approved()).toHaveLength(1);
  expect(await mails("dev")).toHaveLength(1);
  await stack.press("dana", "promote_request");
  await allSettled();
  expect(textOf(stack.cardOf("carol"))).toContain(`Promoted: 6.0.${built} is live in Staging`);
});

test("killed three times at any point after the ack: everything arrives, nothing twice", {
  timeout: 60_000,
}, async () => {
  await submit();
  await kill();
  await endLeases();
  await start();
  await stack.slack.click(stack.id("dana"), await own(), { actionId: "open_cancel" });
  await eventually(() => expect(stack.modal("dana").title?.text).toBe(`Cancel #${number}`));
  await stack.slack.submit(stack.id("dana"), { reason_input: "Enough" });
  await kill();
  await endLeases();
  await start();
  await allSettled();
  for (const name of ["dana", "bob", "carol"]) expect(cards(name).length).toBeLessThanOrEqual(1);
  expect(textOf(await own())).toContain("Cancelled by Dana Developer");
  expect((await mails("bob")).length).toBeLessThanOrEqual(2);
});

/** Waits for the requester's own card. */
const own = () =>
  eventually(() => {
    const [card] = cards("dana");
    if (card === undefined) throw new Error("no card yet");
    return card;
  });
