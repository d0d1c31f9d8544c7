import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

// R7: a click and a dialog count only for the request and the bound facts that they show.

let stack: TestStack;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

afterEach(async () => {
  for (const name of ["dana", "bob", "carol", "ada"])
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  await sql()`update environments set name = 'Staging', critical = false where slug = 'staging'`;
  await sql()`update integrations set name = 'Orders Sync', deployer = 'record', slug = 'orders-sync' where slug in ('orders-sync', 'orders')`;
  expect(stack.slack.violations).toEqual([]);
});

const sql = () => stack.database.database.sql;

async function ask(message = ""): Promise<number> {
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `8.0.${built}` });
  await stack.request("dana", "commerce/orders-sync", message);
  return Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
}

const cardOf = (name: string, number: number) => structuredClone(stack.cardFor(name, number));
const click = (name: string, card: StandInMessage, actionId: string) =>
  stack.slack.click(stack.id(name), card, { actionId });
const stateOf = async (number: number) =>
  (
    await sql()<
      { state: string; approvals: number }[]
    >`select state, approvals from requests where number = ${number}`
  )[0];
const toldLast = (name: string, words: string | RegExp) =>
  eventually(() => expect(stack.lastEphemeral(name)).toMatch(words));
const opened = (name: string, title: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(title));

/** Returns a card with another value on its buttons, and its block as the previous version names it. */
function withValue(card: StandInMessage, value: string): StandInMessage {
  for (const block of card.blocks) {
    if (block.type !== "actions") continue;
    block.block_id = "actions";
    for (const element of block.elements as { value: string }[]) element.value = value;
  }
  return card;
}

/** Posts the same message again, as one that the database does not know. */
const copyOf = ({ channel, user, text, blocks, metadata }: StandInMessage): StandInMessage =>
  stack.slack.workspace.post({ channel, user, text, blocks, ...(metadata && { metadata }) });

const isThere = ({ channel, ts }: StandInMessage): boolean =>
  stack.slack.workspace.messagesIn(channel).some((message) => message.ts === ts);

const uuid = () => crypto.randomUUID();

test.each([
  [
    "the short name of the integration",
    () => sql()`update integrations set slug = 'orders' where slug = 'orders-sync'`,
  ],
  [
    "the name of the target",
    () => sql()`update environments set name = 'Production Two' where slug = 'staging'`,
  ],
  [
    "whether the target is critical",
    () => sql()`update environments set critical = true where slug = 'staging'`,
  ],
  ["the deployer", () => sql()`update integrations set deployer = 'webhook' where slug = 'orders-sync'`],
])(
  "R7: after %s changed, the buttons of a card from before decide nothing, and it is drawn again",
  async (_, change) => {
    const number = await ask();
    const [bobs, carols, danas] = [cardOf("bob", number), cardOf("carol", number), cardOf("dana", number)];
    await change();
    await click("bob", bobs, "approve_request");
    await toldLast(
      "bob",
      `#${number} has changed since it was shown to you, so nothing was done. It is now for Orders Sync`,
    );
    // A click that is refused has the card drawn again, so that each person clicks once.
    await click("carol", carols, "open_reject");
    await click("dana", danas, "open_cancel");
    for (const name of ["carol", "dana"])
      await toldLast(name, `#${number} has changed since it was shown to you`);
    for (const name of ["carol", "dana"]) expect(stack.slack.topView(stack.id(name))).toBeUndefined();
    expect(await stateOf(number)).toEqual({ state: "pending", approvals: 0 });
    await eventually(() =>
      expect(stack.cardFor("bob", number).blocks.at(-1)).not.toEqual(bobs.blocks.at(-1)),
    );
    await stack.settle();
    await click("bob", cardOf("bob", number), "approve_request");
    await eventually(async () => expect((await stateOf(number))?.state).toBe("approved"));
    await stack.settle();
  },
);

test("R7: Details opens from such a card, says that the request changed, and shows how it is", async () => {
  const number = await ask();
  const card = cardOf("bob", number);
  await sql()`update environments set name = 'Production Two' where slug = 'staging'`;
  await click("bob", card, "open_details");
  await opened("bob", "Review Details");
  expect(stack.modalText("bob")).toContain(`#${number} has changed since this card was drawn.`);
  expect(stack.modalText("bob")).toContain("Production Two");
  await eventually(() => expect(textOf(stack.cardFor("bob", number))).toContain("Production Two"));
});

test("R7: a dialog that was open meanwhile decides nothing, and keeps what was typed", async () => {
  const number = await ask();
  await click("bob", cardOf("bob", number), "open_reject");
  await opened("bob", `Reject #${number}`);
  await click("carol", cardOf("carol", number), "open_details");
  await opened("carol", "Review Details");
  await click("dana", cardOf("dana", number), "open_cancel");
  await opened("dana", `Cancel #${number}`);
  await sql()`update environments set name = 'Production Two' where slug = 'staging'`;
  await stack.slack.submit(stack.id("bob"), { comment_input: "Not this one" });
  await stack.slack.submit(stack.id("carol"), { verdict_input: "approve", comment_input: "Fine by me" });
  await stack.slack.submit(stack.id("dana"), { reason_input: "Never mind" });
  for (const [name, typed] of [
    ["bob", "Not this one"],
    ["carol", "Fine by me"],
    ["dana", "Never mind"],
  ] as const) {
    expect(stack.modalText(name)).toContain(
      `#${number} has changed since it was shown to you, so nothing was done.`,
    );
    expect(stack.modalText(name)).toContain(typed);
  }
  expect(await stateOf(number)).toEqual({ state: "pending", approvals: 0 });
});

test("R7: counts, the live build, and a change back refuse nothing", async () => {
  const number = await ask();
  const card = cardOf("bob", number);
  await sql()`update environments set name = 'Production Two' where slug = 'staging'`;
  await sql()`update environments set name = 'Staging' where slug = 'staging'`;
  await stack.setLive("commerce/orders-sync", { staging: `7.9.${built}` });
  await click("bob", card, "approve_request");
  await eventually(async () => expect((await stateOf(number))?.state).toBe("approved"));
  await stack.settle();
});

test.each(["approve_request", "open_reject", "open_details"])(
  "R7: a card that the database does not know decides nothing and is removed: %s",
  async (actionId) => {
    const number = await ask();
    const foreign = copyOf(withValue(cardOf("bob", number), `${number} ${uuid()}`));
    await click("bob", foreign, actionId);
    await toldLast("bob", `Nothing was done: what you used is not about the request that is #${number} now.`);
    await eventually(() => expect(isThere(foreign)).toBe(false));
    expect(stack.slack.topView(stack.id("bob"))).toBeUndefined();
    expect(await stateOf(number)).toEqual({ state: "pending", approvals: 0 });
    expect(isThere(stack.cardFor("bob", number))).toBe(true);
  },
);

test("R7: a known card of another request, and the requester's own card of an unknown one", async () => {
  const other = await ask();
  const number = await ask();
  const [card] = await sql()<{ id: string }[]>`select id from cards where request_number = ${other} limit 1`;
  const mismatched = copyOf(withValue(cardOf("bob", number), `${number} ${card?.id}`));
  await click("bob", mismatched, "approve_request");
  await toldLast("bob", "Nothing was done");
  await eventually(() => expect(isThere(mismatched)).toBe(false));
  expect((await stateOf(number))?.state).toBe("pending");
  await click("bob", cardOf("bob", number), "approve_request");
  await stack.settle();
  const own = copyOf(withValue(cardOf("dana", number), `${number} ${uuid()}`));
  await click("dana", own, "promote_request");
  await toldLast("dana", "Nothing was done");
  await eventually(() => expect(isThere(own)).toBe(false));
  expect((await stateOf(number))?.state).toBe("approved");
});

test("R9: Promote says which bound facts changed since the decision, and asks", async () => {
  const number = await ask();
  await click("bob", cardOf("bob", number), "approve_request");
  await stack.settle();
  const before = cardOf("dana", number);
  await sql()`update integrations set slug = 'orders' where slug = 'orders-sync'`;
  await sql()`update environments set critical = true where slug = 'staging'`;
  for (const card of [before, cardOf("dana", number)]) {
    await click("dana", card, "promote_request");
    await opened("dana", `Promote #${number}?`);
    expect(stack.modalText("dana")).toContain(
      "The short name of the integration was orders-sync when it was approved, and is orders now.",
    );
    expect(stack.modalText("dana")).toContain("The target environment was not critical");
    await stack.slack.closeView(stack.id("dana"));
  }
  expect((await stateOf(number))?.state).toBe("approved");
  await click("dana", cardOf("dana", number), "promote_request");
  await opened("dana", `Promote #${number}?`);
  await sql()`update integrations set deployer = 'webhook' where slug = 'orders'`;
  await stack.slack.submit(stack.id("dana"), {});
  expect(stack.modalText("dana")).toContain(
    "The deployer was record when it was approved, and is webhook now.",
  );
  await sql()`update integrations set deployer = 'record' where slug = 'orders'`;
  await stack.slack.submit(stack.id("dana"), {});
  await stack.slack.submit(stack.id("dana"), {});
  await stack.settle();
  expect((await stateOf(number))?.state).toBe("promoted");
});

test("R7: a button of the previous version works: its card is known, whatever message it is in", async () => {
  const number = await ask();
  const [row] = await sql()<{ id: string }[]>`
    select id from cards where request_number = ${number} and recipient_id = ${stack.id("bob")}`;
  await click("bob", withValue(cardOf("bob", number), `${number} ${row?.id}`), "approve_request");
  await eventually(async () => expect((await stateOf(number))?.state).toBe("approved"));
  await stack.settle();
});

test("R7: a message from before the request that has its number now decides nothing", async () => {
  const number = await ask();
  const card = copyOf(withValue(cardOf("bob", number), String(number)));
  await sql()`update requests set created_at = now() + interval '1 second' where number = ${number}`;
  await click("bob", card, "approve_request");
  await toldLast("bob", "Nothing was done");
  expect((await stateOf(number))?.state).toBe("pending");
  await eventually(() => expect(isThere(card)).toBe(false));
});

test("R7: a dialog about a request of a lost database decides nothing about the one with its number", async () => {
  const number = await ask();
  await click("bob", cardOf("bob", number), "open_reject");
  await opened("bob", `Reject #${number}`);
  await click("dana", cardOf("dana", number), "open_cancel");
  await opened("dana", `Cancel #${number}`);
  await sql()`update requests set identity = gen_random_uuid() where number = ${number}`;
  await stack.slack.submit(stack.id("bob"), { comment_input: "Not this one" });
  await stack.slack.submit(stack.id("dana"), {});
  for (const name of ["bob", "dana"]) expect(stack.modalText(name)).toContain("Nothing was done");
  expect(stack.modalText("bob")).toContain("Not this one");
  expect((await stateOf(number))?.state).toBe("pending");
});

test.each([
  ["a card", (number: number) => `${number} ${uuid()}`],
  ["a message of an earlier version", String],
])("a click on %s with a higher number: later requests get numbers above it", async (_, value) => {
  const number = await ask();
  const higher = number + 50;
  await click("bob", copyOf(withValue(cardOf("bob", number), value(higher))), "open_details");
  await toldLast("bob", "There is no such request in this workspace any more.");
  await eventually(async () => {
    const [counter] = await sql()<{ last: number }[]>`select last from request_counters`;
    expect(counter?.last).toBe(higher);
  });
  await click("dana", cardOf("dana", number), "open_cancel");
  await opened("dana", `Cancel #${number}`);
  await stack.slack.submit(stack.id("dana"), {});
  await stack.settle();
  expect(await ask()).toBe(higher + 1);
});

test("the keys of a request's emails and messages have its identity", async () => {
  const number = await ask();
  const [row] = await sql()<{ identity: string }[]>`select identity from requests where number = ${number}`;
  const keys = await sql()<{ key: string }[]>`
    select key from outbox where request_number = ${number} and kind in ('send-email', 'send-message')`;
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.every(({ key }) => key.includes(row?.identity ?? "none"))).toBe(true);
  const sent = (await stack.mail.inbox()).filter(({ subject }) => subject.startsWith(`[#${number}] `));
  expect(sent).toHaveLength(2);
});

test("a request of the previous version keeps its number in the keys", async () => {
  const number = await ask();
  await sql()`update requests set keyed_by = 'number' where number = ${number}`;
  await click("bob", cardOf("bob", number), "approve_request");
  await stack.settle();
  const keys = await sql()<{ key: string }[]>`
    select key from outbox where request_number = ${number} and key like '%:approved:%' order by key`;
  expect(keys.map(({ key }) => key)).toEqual([
    `email:${number}:v2:approved:${stack.id("dana")}`,
    `message:${number}:v2:approved:${stack.id("dana")}`,
  ]);
});
