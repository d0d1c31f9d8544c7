import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

let stack: TestStack;

/** Waits until every outbox item is settled. */
const allSettled = () =>
  eventually(async () => {
    const [open] = await stack.database.database.sql<{ count: number }[]>`
      select count(*)::int from outbox where settled_at is null`;
    expect(open?.count).toBe(0);
  });

beforeAll(async () => {
  stack = await startTestStack({
    slack: { channels: [{ id: "CREL", name: "releases", members: ["bob", "bot"] }] },
  });
  // The first reading of Slack's people stores their addresses again.
  await allSettled();
});

afterAll(() => stack?.stop());

const integrations = [
  "orders-sync",
  "commerce/billing",
  "commerce/inventory-feed production",
  "orders-sync production",
  "commerce/billing production",
];

/** Requests another promotion as Dana. Returns its number. */
async function ask(): Promise<number> {
  await stack.request("dana", integrations.shift() ?? "");
  const [row] = await stack.database.database.sql<{ number: number }[]>`
    select max(number)::int as number from requests`;
  return row?.number as number;
}

/** Sets whether Slack accepts messages to a person. */
function setSlackAccepts(name: string, taken: boolean) {
  stack.slack.workspace.openDm([stack.id(name)]).isArchived = !taken;
}

async function setEmail(name: string, email: string | null) {
  await stack.database.database.sql`update members set email = ${email} where id = ${stack.id(name)}`;
}

const own = (number: number) => textOf(stack.cardFor("dana", number));

const shows = (number: number, words: string) => eventually(() => expect(own(number)).toContain(words));

const showsNothing = (number: number) => eventually(() => expect(own(number)).not.toContain("reached"));

describe("the requester's card", () => {
  let number: number;

  test("says nothing while everybody was reached by one channel at least", async () => {
    await setEmail("carol", null);
    number = await ask();
    await allSettled();
    expect(own(number)).not.toContain("reached");
    expect(stack.cardFor("carol", number)).toBeDefined();
  });

  test("names those who were not reached because both channels failed permanently, and what to do", async () => {
    setSlackAccepts("carol", false);
    number = await ask();
    await shows(number, "⚠️ *1 of 2 reviewers reached*\nCarol Reviewer could not be reached.");
    expect(own(number)).toContain("Ask them yourself, or have an admin look at *Deliveries*");
    expect(textOf(stack.cardFor("bob", number))).not.toContain("reached");
  });

  test("Review Details say it too", async () => {
    await stack.slack.click(stack.id("dana"), stack.cardFor("dana", number), { actionId: "open_details" });
    await eventually(() => expect(stack.modalText("dana")).toContain("1 of 2 reviewers reached"));
    expect(stack.modalText("dana")).toContain("have an admin look at *Deliveries* here.");
    await stack.slack.closeView(stack.id("dana"));
  });

  test("is redrawn when the last attempt has failed permanently too", async () => {
    setSlackAccepts("bob", false);
    await setEmail("bob", null);
    const other = await ask();
    await shows(other, "⚠️ *0 of 2 reviewers reached*\nBob Reviewer and Carol Reviewer could not be reached.");
    setSlackAccepts("bob", true);
    await setEmail("bob", "bob@acme.example");
  });

  test("follows when they are reached after all", async () => {
    setSlackAccepts("carol", true);
    await setEmail("carol", "carol@acme.example");
    await stack.reseed((seed) => {
      seed.roles.find(({ name }) => name === "Release Managers")?.members.push("ada@acme.example");
    });
    await eventually(() => expect(own(number)).toContain("Ada Admin"));
    await showsNothing(number);
    expect(stack.cardFor("carol", number)).toBeDefined();
  });

  test("no longer mentions it after the decision", async () => {
    setSlackAccepts("carol", false);
    await setEmail("carol", null);
    number = await ask();
    await shows(number, "2 of 3 reviewers reached");
    await stack.slack.click(stack.id("bob"), stack.cardFor("bob", number), { actionId: "approve_request" });
    await eventually(() => expect(own(number)).toContain("Approved by"));
    expect(own(number)).not.toContain("reached");
  });
});

test("a channel card reaches the channel's members, and everyone else is asked directly", async () => {
  await stack.setOptions({ cardsTo: { kind: "channel", channelId: "CREL", channelName: "releases" } });
  for (const name of ["bob", "carol", "ada"]) await setEmail(name, null);
  const number = await ask();
  await shows(number, "⚠️ *2 of 3 reviewers reached*\nCarol Reviewer could not be reached.");
  expect(stack.cardFor("ada", number)).toBeDefined();
});
