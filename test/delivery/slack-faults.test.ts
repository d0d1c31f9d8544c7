import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type MailProxy, mailProxy } from "../support/mail-proxy.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

const notOpened = "Slack did not open the dialog. Nothing was changed, try again.";

const notShown =
  "Slack did not show Signoff's answer. The card shows how the request stands; if a dialog should have opened, try again.";

let stack: TestStack;
/** How far the bot's clock is ahead, so that its data about people becomes stale. */
let aheadMs = 0;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + aheadMs) });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  stack.slack.faults.clear();
  await close();
  expect(stack.slack.violations).toEqual([]);
});

async function close() {
  for (const name of stack.people)
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
}

async function build() {
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `5.0.${built}` });
}

/** Submits a request for the live build without waiting for its messages. Returns its number. */
async function submitRequest(message = ""): Promise<number> {
  await stack.slack.command(stack.id("dana"), "/promote orders-sync");
  await stack.slack.submit(stack.id("dana"), { message_input: message });
  const [row] = await stack.database.database.sql<{ number: number }[]>`
    select max(number)::int as number from requests`;
  return row?.number as number;
}

async function ask(message = ""): Promise<number> {
  await build();
  const number = await submitRequest(message);
  await stack.app.idle();
  return number;
}

const expectLastEphemeral = (name: string, words: string) =>
  eventually(() => expect(stack.lastEphemeral(name)).toBe(words));

const opened = (name: string, title: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(title));

const click = (name: string, number: number, actionId: string) =>
  stack.slack.click(stack.id(name), stack.cardFor(name, number), { actionId });

/** Returns how many cards of a request a person has. */
const cards = (name: string, number: number) =>
  stack.slack
    .messagesFor(stack.id(name))
    .filter(({ blocks }) => blocks[0]?.type === "header" && textOf({ blocks }).startsWith(`#${number} `))
    .length;

const everyCardOnce = (number: number) =>
  eventually(() => {
    for (const name of ["dana", "bob", "carol"]) expect([name, cards(name, number)]).toEqual([name, 1]);
  });

/** Waits until every outbox item is settled, including those that will be retried. */
const allSettled = () =>
  eventually(async () => {
    const [open] = await stack.database.database.sql<{ count: number }[]>`
      select count(*)::int from outbox where settled_at is null`;
    expect(open?.count).toBe(0);
  });

const faults: [string, () => void][] = [
  ["is rate-limited", () => stack.slack.faults.rateLimit("views.open", 30)],
  ["fails", () => stack.slack.faults.fail("views.open", { status: 500 })],
  ["refuses", () => stack.slack.faults.fail("views.open", { error: "expired_trigger_id" })],
  ["is slow", () => stack.slack.faults.stall("views.open", 2500)],
];

describe("a dialog that Slack does not open", () => {
  // A process respects a Retry-After that it received. A restart ends it for the next test.
  afterEach(() => stack.restartWith({}));

  test.each(faults)("a command is answered when views.open %s", async (_, goWrong) => {
    goWrong();
    const answer = await stack.slack.command(stack.id("dana"), "/promote returns");
    expect(answer.error).toBeUndefined();
    expect(stack.lastEphemeral("dana")).toBe(notOpened);
  });

  test.each(faults)("a click is answered when views.open %s", async (_, goWrong) => {
    const number = await ask();
    const before = stack.slack.ephemeralsFor(stack.id("bob")).length;
    goWrong();
    await click("bob", number, "open_reject");
    await eventually(() => expect(stack.slack.ephemeralsFor(stack.id("bob"))).toHaveLength(before + 1));
    await expectLastEphemeral("bob", notShown);
  });

  test("a click in a modal is answered in that modal, and what was typed stays", async () => {
    await ask();
    await stack.slack.command(stack.id("sam"), "/promote orders-sync");
    stack.slack.fill(stack.id("sam"), "message_input", "Typed");
    stack.slack.faults.fail("views.push", { status: 503 });
    await stack.slack.clickView(stack.id("sam"), { actionId: "open_details" });
    await eventually(() => expect(stack.modalText("sam")).toContain(notShown));
    expect(stack.modal("sam").values.message?.message_input?.value).toBe("Typed");
    stack.slack.faults.fail("views.push", { error: "internal_error" });
    await stack.slack.clickView(stack.id("sam"), { actionId: "open_details" });
    await eventually(() =>
      expect(stack.slack.calls.filter(({ method }) => method === "views.push")).toHaveLength(2),
    );
    await stack.slack.clickView(stack.id("sam"), { actionId: "open_details" });
    await opened("sam", "Review Details");
  });

  test("the views have a client of their own: a rate limit of the messages does not hold them up", async () => {
    await build();
    stack.slack.faults.rateLimit("chat.postMessage", 60, 3);
    const number = await submitRequest();
    await eventually(() =>
      expect(stack.slack.calls.filter(({ answer }) => answer?.error === "ratelimited")).not.toEqual([]),
    );
    await stack.slack.command(stack.id("dana"), "/promote returns");
    expect(stack.modal("dana").title?.text).toBe("Request Approval");
    expect(cards("dana", number) + cards("bob", number) + cards("carol", number)).toBeLessThan(3);
    // Another process has not received the Retry-After, so the test does not wait the minute that Slack asked
    // for.
    stack.slack.faults.clear();
    await stack.restartWith({});
    await stack.database.database.sql`update outbox set available_at = now() where settled_at is null`;
    stack.app.context.wake();
    await everyCardOnce(number);
  });
});

describe("a card that goes wrong", () => {
  test("the answer to its post is lost: it is found again, not posted twice, and re-drawn in place", async () => {
    stack.slack.faults.loseAnswer("chat.postMessage", 3);
    const number = await ask();
    await allSettled();
    await everyCardOnce(number);
    const { ts } = stack.cardFor("bob", number);
    await click("bob", number, "approve_request");
    await stack.app.idle();
    expect(stack.cardFor("bob", number).ts).toBe(ts);
    expect(textOf(stack.cardFor("bob", number))).toContain("Approved by Bob Reviewer");
    await everyCardOnce(number);
  });

  test.each<[string, () => void]>([
    ["429", () => stack.slack.faults.rateLimit("chat.postMessage", 1, 2)],
    ["500", () => stack.slack.faults.fail("chat.postMessage", { status: 500 }, 2)],
    ["503", () => stack.slack.faults.fail("chat.postMessage", { status: 503 }, 2)],
    ["internal_error", () => stack.slack.faults.fail("chat.postMessage", { error: "internal_error" }, 2)],
  ])("%s: it is posted later, once", async (_, goWrong) => {
    await build();
    goWrong();
    const number = await submitRequest();
    await everyCardOnce(number);
    await allSettled();
    await everyCardOnce(number);
  });

  test("an update that fails is done again", async () => {
    const number = await ask();
    stack.slack.faults.fail("chat.update", { status: 502 }, 2);
    stack.slack.faults.rateLimit("chat.update", 1);
    stack.slack.faults.loseAnswer("chat.update");
    await click("carol", number, "approve_request");
    await allSettled();
    for (const name of ["dana", "bob", "carol"])
      expect(textOf(stack.cardFor(name, number))).toContain("Approved by Carol Reviewer");
    await everyCardOnce(number);
  });

  test("a deleted card is posted again while its request is open", async () => {
    const number = await ask();
    stack.slack.workspace.removeMessage(stack.cardFor("carol", number));
    await click("bob", number, "approve_request");
    await allSettled();
    expect(textOf(stack.cardFor("carol", number))).toContain("Approved by Bob Reviewer");
    // The new member is stored from here on.
    await click("dana", number, "promote_request");
    await allSettled();
    expect(textOf(stack.cardFor("carol", number))).toContain("Promoted: ");
    await everyCardOnce(number);
  });

  test("posted again, it is not posted twice if that response is lost", async () => {
    const number = await ask();
    stack.slack.workspace.removeMessage(stack.cardFor("carol", number));
    // Nothing else is posted, because the workflow's outcome message would use up the fault.
    stack.slack.faults.loseAnswer("chat.postMessage", 2);
    await click("bob", number, "approve_request");
    await allSettled();
    await everyCardOnce(number);
  });

  test("a card that can no longer be changed is posted again once, and the old one is removed", async () => {
    const number = await ask();
    stack.slack.faults.fail("chat.update", { error: "edit_window_closed" }, 6);
    stack.slack.faults.loseAnswer("chat.postMessage", 4);
    await click("bob", number, "approve_request");
    await allSettled();
    await everyCardOnce(number);
    for (const name of ["dana", "bob", "carol"])
      expect(textOf(stack.cardFor(name, number))).toContain("Approved by Bob Reviewer");
  });

  test("a card that is gone when its request is final is let go", async () => {
    const number = await ask();
    stack.slack.workspace.removeMessage(stack.cardFor("carol", number));
    await click("bob", number, "open_reject");
    await opened("bob", `Reject #${number}`);
    await stack.slack.submit(stack.id("bob"), { comment_input: "No" });
    await allSettled();
    expect(cards("carol", number)).toBe(0);
    expect(textOf(stack.cardFor("dana", number))).toContain("Rejected by Bob Reviewer");
  });

  test("a reviewer who cannot be reached in Slack does not block the cards of others", async () => {
    await build();
    const toCarol = { channel: stack.id("carol") };
    stack.slack.faults.fail("chat.postMessage", { error: "channel_not_found" }, 20, toCarol);
    const number = await submitRequest();
    await allSettled();
    expect(cards("bob", number)).toBe(1);
    expect(cards("dana", number)).toBe(1);
    stack.slack.faults.clear();
  });

  test("Slack cannot describe the person who clicks: the stored data applies", async () => {
    const number = await ask();
    aheadMs += 11 * 60_000;
    stack.slack.faults.fail("users.info", { status: 500 }, 5);
    await click("bob", number, "approve_request");
    await allSettled();
    expect(textOf(stack.cardFor("dana", number))).toContain("Approved by Bob Reviewer");
  });
});

describe("an email that goes wrong", () => {
  let mail: MailProxy;

  beforeAll(async () => {
    mail = await mailProxy(stack.mail.url);
    await stack.restartWith({ RESEND_BASE_URL: mail.url });
  });

  afterAll(() => mail.stop());

  const inbox = async (number: number, to: string) =>
    (await stack.mail.inbox()).filter(
      (one) => one.to === `${to}@acme.example` && one.subject.includes(`#${number}`),
    );

  test.each<[string, () => void]>([
    ["fails", () => mail.fail(500, 3)],
    ["asks to wait", () => mail.fail(429, 3)],
    ["loses its answers", () => mail.loseAnswer(3)],
  ])("Resend %s: tried again with the same key and bytes, and it arrives once", async (_, goWrong) => {
    await build();
    mail.requests.length = 0;
    goWrong();
    const number = await submitRequest("Mail me");
    await eventually(() => expect(mail.requests.length).toBeGreaterThanOrEqual(2 + 3), 12_000);
    await allSettled();
    expect(await inbox(number, "bob")).toHaveLength(1);
    expect(await inbox(number, "carol")).toHaveLength(1);
    const bodies = new Map<string, Set<string>>();
    for (const { key, body } of mail.requests) bodies.set(key, (bodies.get(key) ?? new Set()).add(body));
    for (const key of bodies.keys()) expect(key).not.toBe("");
    expect([...bodies.values()].map(({ size }) => size)).toEqual([...bodies.values()].map(() => 1));
  });

  test("what is drawn differently by the time of the second try is still sent as it was", async () => {
    await build();
    mail.requests.length = 0;
    mail.fail(500, 6);
    const number = await submitRequest("Old words");
    const asked = () => mail.requests.filter(({ body }) => body.includes(`[#${number}] `));
    await eventually(() => expect(new Set(asked().map(({ key }) => key)).size).toBe(2));
    await stack.database.database.sql`update requests set message = 'New words' where number = ${number}`;
    await allSettled();
    expect(asked().length).toBeGreaterThan(2);
    for (const { body } of asked()) expect(body).toContain("Old words");
  });
});
