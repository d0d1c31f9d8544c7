import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

test("a build goes from Development to Staging: asked, approved by one click, promoted", async () => {
  const { slack } = stack;
  const opened = await slack.command(stack.id("dana"), "/promote orders-sync");
  expect(opened).toMatchObject({ status: 200 });
  const modal = slack.topView(stack.id("dana"));
  expect(textOf({ blocks: modal?.blocks ?? [] })).toContain("1.4.2");
  expect(
    (await slack.submit(stack.id("dana"), { message_input: "Please & thanks <!channel>" })).error,
  ).toBeUndefined();
  expect(slack.topView(stack.id("dana"))).toBeUndefined();
  await stack.app.idle();
  expect(slack.violations).toEqual([]);
  expect(stack.texts("bob")).toHaveLength(1);
  expect(stack.texts("carol")).toHaveLength(1);
  expect(stack.texts("dana")).toHaveLength(1);
  const mails = await stack.mail.inbox();
  expect(mails.map((mail) => mail.to).sort()).toEqual(["bob@acme.example", "carol@acme.example"]);

  await stack.press("bob", "approve_request");
  await stack.app.idle();
  expect(stack.texts("bob")[0]).toContain("Approved by Bob Reviewer");
  expect(stack.texts("carol")[0]).toContain("Approved by Bob Reviewer");
  expect(stack.texts("dana").at(-1)).toContain("Bob Reviewer approved");

  await stack.press("dana", "promote_request");
  await stack.app.idle();
  expect(stack.texts("dana")[0]).toContain("Promoted: 1.4.2 is live in Staging");
  expect(slack.violations).toEqual([]);
  const after = await stack.mail.inbox();
  expect(after.filter((mail) => mail.to === "dev@acme.example").map((mail) => mail.subject)).toHaveLength(2);
});
