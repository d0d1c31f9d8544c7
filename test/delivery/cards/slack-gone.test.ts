import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";
import { slackFixture } from "./slack-fixture.ts";

let stack: TestStack;
const { ask, cards, calls, click, allSettled, rows } = slackFixture(() => stack);
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => {
  stack.slack.faults.clear();
  expect(stack.slack.violations).toEqual([]);
});

const goneAt = async (number: number) => {
  const found = await stack.database.database.sql<{ message_gone_at: Date | null }[]>`
    select message_gone_at from cards where request_number = ${number}`;
  return found.map(({ message_gone_at }) => message_gone_at);
};

test.each(["message_not_found", "edit_window_closed"])(
  "a review card whose message is gone (%s) is posted again after a rate limit, although its request is decided",
  async (error) => {
    const number = await ask();
    const since = stack.slack.calls.length;
    stack.slack.faults.fail("chat.update", { error }, 3);
    stack.slack.faults.rateLimit("chat.postMessage", 1, 3);
    await click("bob", number, "approve_request");
    await eventually(async () =>
      expect((await goneAt(number)).filter((at) => at !== null).length).toBeGreaterThan(0),
    );
    await allSettled();
    expect(calls("chat.postMessage", since).some(({ answer }) => answer?.error === "ratelimited")).toBe(true);
    for (const { channel, ts } of await rows(number)) {
      const message = stack.slack.workspace.message(channel ?? "", ts ?? "");
      expect(message && textOf(message)).toContain("Approved by Bob Reviewer");
    }
    expect(await goneAt(number)).toEqual([null, null, null]);
    if (error === "edit_window_closed") {
      for (const name of ["bob", "carol", "dana"])
        expect([name, cards(name, number).length]).toEqual([name, 1]);
    }
  },
);

test("a review card that was never posted is not, once its request is decided", async () => {
  const number = await ask();
  await stack.database.database.sql`
    update cards set ts = null, channel = null where request_number = ${number} and kind = 'review'`;
  const since = stack.slack.calls.length;
  await click("bob", number, "open_reject");
  await eventually(() => expect(stack.modal("bob").title?.text).toBe(`Reject #${number}`));
  await stack.slack.submit(stack.id("bob"), { comment_input: "No" });
  await allSettled();
  const posted = calls("chat.postMessage", since).map(({ args }) => JSON.stringify(args));
  expect(posted.filter((text) => text.includes(`"channel":"${stack.id("carol")}`))).toEqual([]);
});
