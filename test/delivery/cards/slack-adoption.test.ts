import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { adoptCard } from "../../../src/usecases/delivery/adopt-card.ts";
import { removeMessages } from "../../../src/usecases/delivery/remove-messages.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";
import { everybody, slackFixture } from "./slack-fixture.ts";

let stack: TestStack;
const { build, submitRequest, ask, cards, calls, items, rows, allSettled, click } = slackFixture(() => stack);

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(async () => {
  stack.slack.faults.clear();
  for (const name of everybody)
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  expect(stack.slack.violations).toEqual([]);
});

const rowOf = async (name: string, number: number) => {
  const row = (await rows(number)).find(({ recipient_id }) => recipient_id === stack.id(name));
  if (row === undefined) throw new Error(`${name} has no card of #${number}`);
  return row;
};

/** Posts the same message again, as if it had been posted twice. */
const copyOf = ({ channel, user, text, blocks, metadata }: StandInMessage): StandInMessage =>
  stack.slack.workspace.post({ channel, user, text, blocks, ...(metadata && { metadata }) });

/** Creates a request whose cards were all posted, but whose postings were settled as unknown. */
async function askUnanswered(): Promise<number> {
  await build();
  stack.slack.faults.loseAnswer("chat.postMessage", 3);
  stack.slack.faults.fail("conversations.history", { error: "invalid_arguments" }, 1_000);
  const number = await submitRequest();
  await eventually(async () => {
    const outcomes = (await items(number)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["dead", "dead", "dead"]);
  });
  return number;
}

test("a click on a card that we did not know makes it ours: it is drawn from then on", async () => {
  const number = await askUnanswered();
  expect(await rowOf("bob", number)).toMatchObject({ channel: null, ts: null });
  const { channel, ts } = stack.cardFor("bob", number);
  await click("bob", number, "open_details");
  await eventually(async () => expect(await rowOf("bob", number)).toMatchObject({ channel, ts }));
  await eventually(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
  await click("carol", number, "approve_request");
  await eventually(() =>
    expect(textOf(stack.cardFor("bob", number))).toContain("Approved by Carol Reviewer"),
  );
  await eventually(() =>
    expect(textOf(stack.cardFor("carol", number))).toContain("Approved by Carol Reviewer"),
  );
  expect(cards("bob", number)).toHaveLength(1);
  expect(cards("carol", number)).toHaveLength(1);
  stack.slack.faults.clear();
  await allSettled();
});

test("a click on an extra copy decides as always; the copy is taken away and the card is drawn", async () => {
  const number = await ask();
  const current = stack.cardFor("bob", number);
  const copy = copyOf(current);
  await stack.slack.click(stack.id("bob"), copy, { actionId: "approve_request" });
  await allSettled();
  expect(cards("bob", number).map(({ ts }) => ts)).toEqual([current.ts]);
  expect(textOf(stack.cardFor("bob", number))).toContain("Approved by Bob Reviewer");
  expect(textOf(stack.cardFor("dana", number))).toContain("Approved by Bob Reviewer");
});

test("two clicks on two copies of a card that we did not know: one becomes ours, the other is taken away", async () => {
  const number = await askUnanswered();
  const first = stack.cardFor("carol", number);
  const copy = copyOf(first);
  await Promise.all(
    [first, copy].map((one) => stack.slack.click(stack.id("carol"), one, { actionId: "open_details" })),
  );
  stack.slack.faults.clear();
  // A click adopts its message after the response, so this may finish after the outbox is empty.
  await eventually(async () => {
    await allSettled();
    expect(cards("carol", number)).toHaveLength(1);
  });
  expect(await rowOf("carol", number)).toMatchObject({ ts: cards("carol", number)[0]?.ts });
});

test("the search after a doubt that finds several keeps one and takes the others away", async () => {
  await build();
  const search = stack.slack.faults.hold("conversations.history");
  stack.slack.faults.loseAnswer("chat.postMessage", 3);
  const number = await submitRequest();
  await search.reached;
  await eventually(() => expect(cards("bob", number)).toHaveLength(1));
  copyOf(stack.cardFor("bob", number));
  copyOf(stack.cardFor("bob", number));
  search.release();
  await allSettled();
  expect(cards("bob", number)).toHaveLength(1);
  expect(await rowOf("bob", number)).toMatchObject({ ts: cards("bob", number)[0]?.ts });
});

test("a message that Slack does not let us take away stays, and that is the end of it", async () => {
  const number = await ask();
  const copy = copyOf(stack.cardFor("bob", number));
  const since = stack.slack.calls.length;
  stack.slack.faults.fail("chat.delete", { error: "cant_delete_message" });
  await stack.slack.click(stack.id("bob"), copy, { actionId: "approve_request" });
  await eventually(() => expect(calls("chat.delete", since)).toHaveLength(1));
  await allSettled();
  expect(calls("chat.delete", since)).toHaveLength(1);
  expect(cards("bob", number)).toHaveLength(2);
});

test("a copy that was already deleted is settled; a Slack fault is retried", async () => {
  const number = await ask();
  const [one, other] = [copyOf(stack.cardFor("bob", number)), copyOf(stack.cardFor("bob", number))];
  stack.slack.faults.fail("chat.delete", { error: "message_not_found" });
  const { context, organizationId } = stack.app;
  const { id: cardId } = await rowOf("bob", number);
  await removeMessages(context, organizationId, [{ channel: one.channel, ts: one.ts, cardId }]);
  await allSettled();
  stack.slack.faults.fail("chat.delete", { status: 503 });
  await removeMessages(context, organizationId, [{ channel: other.channel, ts: other.ts, cardId }]);
  await allSettled();
  expect(cards("bob", number).map(({ ts }) => ts)).toEqual([stack.cardFor("bob", number).ts, one.ts]);
});

test("the message that a card uses is never removed", async () => {
  const number = await ask();
  const { context, organizationId } = stack.app;
  const { id: cardId } = await rowOf("bob", number);
  const { channel, ts } = stack.cardFor("bob", number);
  await removeMessages(context, organizationId, [{ channel, ts, cardId }]);
  await allSettled();
  expect(cards("bob", number)).toHaveLength(1);
});

test("a card posted before its buttons named it still works, and nothing is made of it", async () => {
  const number = await ask();
  const card = stack.cardFor("bob", number);
  for (const { type, elements } of card.blocks) {
    if (type === "actions") for (const one of elements as { value: string }[]) one.value = String(number);
  }
  const copy = copyOf(card);
  await stack.slack.click(stack.id("bob"), copy, { actionId: "approve_request" });
  await allSettled();
  expect(textOf(stack.cardFor("dana", number))).toContain("Approved by Bob Reviewer");
  expect(cards("bob", number)).toHaveLength(2);
});

test("nothing is made of a card of another request or organization, or of none", async () => {
  const number = await ask();
  const { id } = await rowOf("bob", number);
  const before = await rows(number);
  const since = stack.slack.calls.length;
  const { context, organizationId } = stack.app;
  const at = { channel: "D0OTHER", ts: "1.1" };
  await adoptCard(context, { organizationId, id, number: number + 1, ...at });
  await adoptCard(context, { organizationId: "T0OTHER", id, number, ...at });
  await adoptCard(context, { organizationId, id: crypto.randomUUID(), number, ...at });
  await allSettled();
  expect(await rows(number)).toEqual(before);
  expect(stack.slack.calls.slice(since)).toEqual([]);
});

test("a click while the card is being posted takes nothing away", async () => {
  await build();
  const search = stack.slack.faults.hold("conversations.history");
  stack.slack.faults.loseAnswer("chat.postMessage", 3);
  const number = await submitRequest();
  await search.reached;
  await eventually(() => expect(cards("bob", number)).toHaveLength(1));
  const { ts } = stack.cardFor("bob", number);
  await click("bob", number, "approve_request");
  search.release();
  await allSettled();
  expect(cards("bob", number).map((one) => one.ts)).toEqual([ts]);
  expect(textOf(stack.cardFor("bob", number))).toContain("Approved by Bob Reviewer");
});

test("the click is answered although the card cannot be looked up", async () => {
  const number = await ask();
  const { sql } = stack.database.database;
  const copy = copyOf(stack.cardFor("bob", number));
  await sql`alter table cards rename column drawn_digest to away`;
  try {
    await stack.slack.click(stack.id("bob"), copy, { actionId: "open_details" });
    await eventually(() => expect(stack.modal("bob").title?.text).toBe("Review Details"));
  } finally {
    await sql`alter table cards rename column away to drawn_digest`;
  }
});
