import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { member } from "../../../src/domain/shared/actor.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";
import { everybody, slackFixture } from "./slack-fixture.ts";

let stack: TestStack;
const { build, submitRequest, ask, cards, calls, items, rows, makeDue, allSettled, click } = slackFixture(
  () => stack,
);

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => {
  stack.slack.faults.clear();
  expect(stack.slack.violations).toEqual([]);
});

test.each([
  "user_disabled",
  "user_not_found",
  "restricted_action",
  "no_permission",
  "msg_too_long",
  "invalid_blocks",
])("%s: the card is dead at the first try, with the reason; the others get theirs", async (error) => {
  await build();
  const since = stack.slack.calls.length;
  stack.slack.faults.fail("chat.postMessage", { error });
  const number = await submitRequest();
  await allSettled();
  const dead = (await items(number)).filter(({ outcome }) => outcome === "dead");
  expect(dead).toMatchObject([{ attempts: 1, reason: `Slack says ${error}` }]);
  const posts = calls("chat.postMessage", since).filter(({ args }) => args.channel === dead[0]?.recipient_id);
  expect(posts).toHaveLength(1);
  expect(everybody.flatMap((name) => cards(name, number))).toHaveLength(2);
});

test.each([500, 502, 503])("HTTP %s: the search finds nothing, and it is posted once", async (status) => {
  await build();
  const since = stack.slack.calls.length;
  stack.slack.faults.fail("chat.postMessage", { status }, 3);
  const number = await submitRequest();
  await eventually(() => expect(calls("conversations.history", since)).toHaveLength(3));
  await allSettled();
  for (const name of everybody) expect([name, cards(name, number).length]).toEqual([name, 1]);
  for (const { attempts } of await items(number)) expect(attempts).toBe(2);
});

test("Slack posts and does not answer in time: it is found, not posted again", async () => {
  await build();
  const since = stack.slack.calls.length;
  stack.slack.faults.stall("chat.postMessage", 10_500, 3);
  const number = await submitRequest();
  await eventually(() => expect(calls("conversations.history", since)).toHaveLength(3));
  await allSettled();
  for (const name of everybody) expect([name, cards(name, number).length]).toEqual([name, 1]);
  for (const { ts } of await rows(number)) expect(ts).not.toBeNull();
}, 60_000);

test("the response to an update is lost: it is sent again, although it looks unchanged", async () => {
  const number = await ask();
  const since = stack.slack.calls.length;
  stack.slack.faults.loseAnswer("chat.update", 3);
  await click("bob", number, "approve_request");
  await allSettled();
  expect(calls("chat.update", since)).toHaveLength(6);
  for (const name of everybody)
    expect(textOf(stack.cardFor(name, number))).toContain("Approved by Bob Reviewer");
});

test("a lost message is found behind hundreds that came after it", async () => {
  await build();
  const search = stack.slack.faults.hold("conversations.history");
  stack.slack.faults.loseAnswer("chat.postMessage", 3);
  const number = await submitRequest();
  await search.reached;
  await eventually(() => expect(cards("bob", number)).toHaveLength(1));
  const { channel } = stack.cardFor("bob", number);
  const user = stack.slack.workspace.bot.userId;
  for (let at = 0; at < 450; at += 1) {
    stack.slack.workspace.post({ channel, user, text: `Words ${at}`, blocks: [] });
  }
  search.release();
  await allSettled();
  for (const name of everybody) expect([name, cards(name, number).length]).toEqual([name, 1]);
});

test("a review card that is no longer needed is not posted after a doubtful attempt", async () => {
  await build();
  stack.slack.faults.fail("chat.postMessage", { status: 500 }, 1_000);
  const number = await submitRequest();
  await eventually(async () => {
    for (const { reason } of await items(number)) expect(reason).toBe("Slack answers 500");
    expect(await items(number)).toHaveLength(3);
  });
  const { context, organizationId } = stack.app;
  const by = { actor: member(stack.id("dana")), surface: "slack", reason: "" } as const;
  expect(await cancelPromotion(context, { organizationId, number, ...by })).toMatchObject({ ok: true });
  // Nobody can see the request's earlier state.
  const { sql } = stack.database.database;
  await eventually(async () => {
    const inHand = await sql`select key from outbox
      where settled_at is null and (kind = 'request-changed' or leased_until is not null)`;
    expect([...inHand]).toEqual([]);
  });
  stack.slack.faults.clear();
  await makeDue();
  await allSettled();
  expect(everybody.map((name) => [name, cards(name, number).length])).toEqual([
    ["dana", 1],
    ["bob", 0],
    ["carol", 0],
  ]);
});
