import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { followSettings } from "../../../src/usecases/workflow/follow-settings.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";
import { everybody, slackFixture } from "./slack-fixture.ts";

let stack: TestStack;
const { ask, calls, items, rows, allSettled, click } = slackFixture(() => stack);

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

/** Returns the versions drawn on the cards of a request, and the request's own version. */
const versions = async (number: number) => {
  const { sql } = stack.database.database;
  const drawn = await sql<{ drawn_version: number }[]>`
    select drawn_version from cards where request_number = ${number}`;
  const [request] = await sql<{ version: number }[]>`select version from requests where number = ${number}`;
  return { drawn: drawn.map(({ drawn_version }) => drawn_version), own: request?.version };
};

/** Returns the calls that posted cards of a request, recognized by the number in the header. */
const posts = (number: number, since: number) =>
  calls("chat.postMessage", since).filter(({ args }) => {
    const blocks = args.blocks as object[];
    return textOf({ blocks: blocks.slice(0, 1) }).startsWith(`#${number} `);
  });

test("a change that alters nothing on a card makes no call, and the card keeps up with its request", async () => {
  const number = await ask();
  const before = await versions(number);
  const since = stack.slack.calls.length;
  await followSettings(stack.app.context, stack.app.organizationId);
  await stack.app.idle();
  const after = await versions(number);
  expect(after.own).toBe((before.own ?? 0) + 1);
  expect(after.drawn).toEqual([after.own, after.own, after.own]);
  expect(stack.slack.calls.slice(since).filter(({ method }) => method.startsWith("chat."))).toEqual([]);
});

test("a change of settings that does not show is not sent; the decision after it is, to everybody", async () => {
  const number = await ask();
  await stack.setOptions({ requiredApprovals: 2 });
  await followSettings(stack.app.context, stack.app.organizationId);
  await stack.app.idle();
  const since = stack.slack.calls.length;
  await stack.setOptions({ requiredApprovals: 2, selfReview: false });
  await followSettings(stack.app.context, stack.app.organizationId);
  await stack.app.idle();
  expect(calls("chat.update", since)).toEqual([]);
  await click("bob", number, "approve_request");
  await allSettled();
  // Each of the three cards shows "1 of 2".
  expect(calls("chat.update", since)).toHaveLength(3);
  await stack.setOptions({ requiredApprovals: 1 });
  await click("carol", number, "approve_request");
  await allSettled();
});

const classes = [
  "message_not_found",
  "cant_update_message",
  "edit_window_closed",
  "channel_not_found",
  "is_inactive",
  "is_archived",
];

describe.each(classes)("a card that cannot be updated: %s", (error) => {
  test("while its request is open it is posted again, once, and kept up to date there", async () => {
    const number = await ask();
    const before = await rows(number);
    const since = stack.slack.calls.length;
    stack.slack.faults.fail("chat.update", { error });
    await click("bob", number, "approve_request");
    await allSettled();
    const [posted, ...more] = posts(number, since);
    expect(more).toEqual([]);
    const after = await rows(number);
    const moved = after.filter(({ id, ts }) => ts !== before.find((row) => row.id === id)?.ts);
    expect(moved.map(({ recipient_id }) => recipient_id)).toEqual([posted?.args.channel]);
    await click("dana", number, "promote_request");
    await allSettled();
    expect(posts(number, since)).toHaveLength(1);
    for (const { channel, ts } of await rows(number)) {
      const message = stack.slack.workspace.message(channel ?? "", ts ?? "");
      expect(message && textOf(message)).toContain("Promoted: ");
    }
  });

  test("when its request is final it is let go, and no call is made for it again", async () => {
    const number = await ask();
    const since = stack.slack.calls.length;
    stack.slack.faults.fail("chat.update", { error });
    await click("bob", number, "open_reject");
    await eventually(() => expect(stack.modal("bob").title?.text).toBe(`Reject #${number}`));
    await stack.slack.submit(stack.id("bob"), { comment_input: "No" });
    await allSettled();
    expect(posts(number, since)).toEqual([]);
    expect(calls("chat.update", since)).toHaveLength(3);
    const lost = (await rows(number)).filter(({ lost_reason }) => lost_reason !== null);
    expect(lost.map(({ lost_reason }) => lost_reason)).toEqual([`Slack says ${error}`]);
    expect((await items(number)).map(({ outcome }) => outcome)).toEqual(["done", "done", "done"]);
  });
});

test.each(["cant_update_message", "edit_window_closed"])(
  "%s: the old message still exists, and is removed after the new one is posted",
  async (error) => {
    const number = await ask();
    stack.slack.faults.fail("chat.update", { error }, 3);
    const since = stack.slack.calls.length;
    await click("bob", number, "approve_request");
    await allSettled();
    expect(calls("chat.delete", since)).toHaveLength(3);
    for (const name of everybody) {
      const mine = stack
        .texts(name)
        .filter((text) => text.includes(`#${number} `) && text.includes("Details"));
      expect(mine.filter((text) => text.includes("Waiting for review"))).toEqual([]);
    }
  },
);

test("a person's messages that are shut for good: dead once, with the reason, and not tried again by itself", async () => {
  const number = await ask();
  const since = stack.slack.calls.length;
  stack.slack.faults.fail("chat.update", { error: "channel_not_found" }, 3);
  stack.slack.faults.fail("chat.postMessage", { error: "channel_not_found" }, 4);
  await click("bob", number, "approve_request");
  await allSettled();
  expect((await items(number)).map(({ outcome, reason }) => [outcome, reason])).toEqual(
    Array(3).fill(["dead", "Slack says channel_not_found"]),
  );
  expect(posts(number, since)).toHaveLength(3);
});
