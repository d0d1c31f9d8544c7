import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { StandInMessage } from "../../sandbox/slack/index.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { dump, restore } from "../support/dump.ts";
import { eventually, listedValue, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

/*
 * R7: a database is dumped while people work, work goes on, and then the dump is restored. The cards, dialogs, and emails
 * from before are still there. The tests build on each other: they are one walk.
 */

let stack: TestStack;
let restored: TestDatabase;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(async () => {
  await stack?.stop();
  await restored?.drop();
});
afterEach(async () => {
  for (const name of stack.people)
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  expect(stack.slack.violations).toEqual([]);
});

type Row = { number: number; state: string; approvals: number; identity: string; integration: string };

const stored = async (sql = restored.database.sql): Promise<Row[]> => [
  ...(await sql<Row[]>`
    select r.number, r.state, r.approvals, r.identity::text, i.slug as integration
    from requests r join integrations i on i.id = r.integration_id order by r.number`),
];

let built = 0;

/** Makes a new build live and requests its promotion. */
async function ask(integration: string): Promise<number> {
  built += 1;
  await stack.setLive(integration, { development: `7.0.${built}` });
  await stack.request("dana", integration);
  return Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
}

const click = (name: string, card: StandInMessage, actionId: string) =>
  stack.slack.click(stack.id(name), card, { actionId });
const told = (name: string, words: string | RegExp) =>
  eventually(() => expect(stack.lastEphemeral(name)).toMatch(words));
/** Returns a copy of a card as people see it now. Later changes of the message do not change it. */
const copy = (name: string, number: number) => structuredClone(stack.cardFor(name, number));

/** The cards and links from before the restore. */
const old = {
  known: 0,
  decided: 0,
  lost: 0,
  lostToo: 0,
  bobsKnown: {} as StandInMessage,
  danasDecided: {} as StandInMessage,
  bobsLost: {} as StandInMessage,
  bobsLostToo: {} as StandInMessage,
  danasLostToo: {} as StandInMessage,
  link: "",
  /** The value of the button in the Home's list. */
  listed: "",
};

/** Returns the links in the emails to Bob about a request with this number. */
async function linksIn(number: number): Promise<string[]> {
  const mails = (await stack.mail.inbox()).filter(
    ({ to, subject }) => to === "bob@acme.example" && subject.startsWith(`[#${number}] `),
  );
  return mails.flatMap(({ text }) => /http:\/\/\S+\/r\/[\w.-]+/.exec(text ?? "")?.[0] ?? []);
}

/** Opens a person's list of requests in the Home, and returns the value of the button of one of them. */
async function listButton(name: string, number: number): Promise<string> {
  await stack.openHome(name);
  await stack.pressHome(name, "go_approvals");
  const value = () => listedValue(stack.home(name), number);
  await eventually(() => expect(value()).not.toBe(""));
  return value();
}

test("a database is dumped under load, and work goes on until it is lost", async () => {
  old.known = await ask("commerce/orders-sync");
  old.decided = await ask("commerce/inventory-feed");
  await stack.settle();
  // People ask, review, and cancel while the dump runs.
  const [dumped] = await Promise.all([
    dump(stack.database.database.sql),
    (async () => {
      const number = await ask("commerce/returns");
      await stack.press("dana", "open_cancel");
      await eventually(() => expect(stack.modal("dana").title?.text).toBe(`Cancel #${number}`));
      await stack.slack.submit(stack.id("dana"), {});
    })(),
    click("carol", stack.cardFor("carol", old.known), "open_details"),
  ]);
  await stack.settle();

  // After the dump: one request is decided, and two are made that the dump does not have.
  await click("bob", stack.cardFor("bob", old.decided), "approve_request");
  old.lost = await ask("commerce/billing");
  old.lostToo = await ask("commerce/returns");
  await stack.settle();
  old.bobsKnown = copy("bob", old.known);
  old.danasDecided = copy("dana", old.decided);
  old.bobsLost = copy("bob", old.lost);
  old.bobsLostToo = copy("bob", old.lostToo);
  old.danasLostToo = copy("dana", old.lostToo);
  [old.link = ""] = await linksIn(old.lost);
  old.listed = await listButton("bob", old.lost);
  expect(textOf(old.danasDecided)).toContain("Approved by");
  expect(old.link).not.toBe("");

  restored = await testDatabase();
  await restore(restored.database.sql, dumped);
  await stack.restartWith({ DATABASE_URL: restored.url });
  const numbers = (await stored()).map(({ number }) => number);
  expect(numbers).toContain(old.known);
  expect(numbers).not.toContain(old.lost);
});

test("R7: where the number is used again, the old card and the old email are about no other request", async () => {
  await restored.database.sql`update request_counters set last = ${old.lost - 1}`;
  const mails = async () =>
    (await stack.mail.inbox()).filter(({ subject }) => subject.startsWith(`[#${old.lost}] `)).length;
  const mailsBefore = await mails();
  expect(await ask("commerce/returns")).toBe(old.lost);
  await stack.settle();
  const before = await stored();
  await click("bob", old.bobsLost, "approve_request");
  await told("bob", "Nothing was done");
  expect(await stored()).toEqual(before);
  // Everybody learned of the new request, by card and by email, though Slack and Resend know the number.
  for (const name of ["bob", "carol"]) {
    const cards = stack.texts(name).filter((text) => text.includes(`#${old.lost}  Returns`));
    expect([name, cards.length]).toEqual([name, 1]);
  }
  await eventually(async () => expect(await mails()).toBe(mailsBefore + 2));
  // The list in the Home is from before, too.
  await stack.pressHome("bob", "open_details", old.listed);
  await eventually(() => expect(stack.modalText("bob")).toContain("Nothing was done"));
  const response = await fetch(old.link, { redirect: "manual" });
  expect([response.status, await response.text()]).toEqual([
    404,
    expect.stringContaining("This request is no longer there"),
  ]);
  const [link = ""] = (await linksIn(old.lost)).filter((one) => one !== old.link);
  expect((await fetch(link, { redirect: "manual" })).status).toBe(302);
});

test("R7: the card of a request that is lost decides nothing, and its number is not used again", async () => {
  await click("bob", old.bobsLostToo, "approve_request");
  await told("bob", "There is no such request in this workspace");
  await click("dana", old.danasLostToo, "open_cancel");
  await told("dana", "There is no such request in this workspace");
  expect(await ask("commerce/billing")).toBeGreaterThan(old.lostToo);
  await stack.app.idle();
});

test("R7: the card of a decision that is lost promotes nothing, and shows how the request is", async () => {
  await click("dana", old.danasDecided, "promote_request");
  await told("dana", new RegExp(`#${old.decided}`));
  expect((await stored()).find(({ number }) => number === old.decided)?.state).toBe("pending");
  await eventually(() => expect(textOf(stack.cardFor("dana", old.decided))).toContain("Waiting for review"));
  await click("bob", stack.cardFor("bob", old.decided), "open_details");
  await eventually(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
  expect(stack.modal("bob").submit).not.toBeNull();
});

test("R7: the card of a request that the dump has decides it, as before", async () => {
  await click("bob", old.bobsKnown, "approve_request");
  await eventually(async () =>
    expect((await stored()).find(({ number }) => number === old.known)?.state).toBe("approved"),
  );
  await eventually(() => expect(textOf(stack.cardFor("dana", old.known))).toContain("Approved by"));
});
