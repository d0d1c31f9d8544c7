import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => expect(stack.slack.violations).toEqual([]));

const enable = (enabled: boolean) =>
  stack.reseed((seed) => {
    if (seed.workflow) seed.workflow.enabled = enabled;
  });

test("R1: Request Approval never promotes at once because the workflow went off meanwhile", async () => {
  const { slack } = stack;
  const dana = stack.id("dana");
  await slack.command(dana, "/promote orders-sync");
  expect(stack.modal("dana").title).toMatchObject({ text: "Request Approval" });
  await enable(false);
  await slack.submit(dana, { message_input: "Please look" });
  expect(stack.modal("dana").title).toMatchObject({ text: "Promote" });
  expect(stack.modalText("dana")).toContain("No review is needed here any more");
  expect(stack.modal("dana").values.message?.message_input?.value).toBe("Please look");
  await enable(true);
  await slack.submit(dana, {});
  expect(stack.modal("dana").title).toMatchObject({ text: "Request Approval" });
  expect(stack.modalText("dana")).toContain("A review is needed here by now");
  await stack.app.idle();
  expect(slack.messagesFor(dana)).toEqual([]);
  await slack.submit(dana, {});
  await stack.app.idle();
  expect(stack.texts("bob").at(-1)).toContain("Waiting for review");
});
