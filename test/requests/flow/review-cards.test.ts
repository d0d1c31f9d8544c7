import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => expect(stack.slack.violations).toEqual([]));

test("a card whose posting was in doubt is found again and shows what is true by then", async () => {
  const { slack } = stack;
  await slack.command(stack.id("dana"), "/promote orders-sync");
  const held = slack.faults.hold("chat.postMessage");
  // Every posting succeeds but its response is lost, so all cards are in doubt and look pending.
  slack.faults.loseAnswer("chat.postMessage", 3);
  await slack.submit(stack.id("dana"), {});
  await held.reached;
  // The search for them waits until the request has been decided.
  const search = slack.faults.hold("conversations.history");
  held.release();
  await search.reached;
  await eventually(() => {
    for (const name of ["dana", "bob", "carol"])
      expect(stack.texts(name).join()).toContain("Waiting for review");
  });
  expect(await stack.press("bob", "approve_request")).toMatchObject({ status: 200 });
  search.release();
  for (const name of ["dana", "bob", "carol"]) {
    // The retry after a doubtful attempt comes some time later.
    await eventually(() => expect(stack.texts(name).join()).toContain("Approved by Bob"));
    expect(stack.texts(name).join()).not.toContain("Waiting for review");
  }
  expect(() => stack.cardOf("carol", "approve_request")).toThrow();
});

test("R4: who becomes a reviewer gets a card, who is none any more loses the buttons", async () => {
  await stack.request("dana", "inventory-feed");
  expect(stack.cardOf("carol", "approve_request")).toBeDefined();
  await stack.reseed((seed) => {
    const role = seed.roles.find((one) => seed.workflow?.roles.includes(one.name));
    if (role) role.members = role.members.filter((one) => !JSON.stringify(one).includes("carol"));
    role?.members.push("dev@acme.example", "sam@acme.example");
  });
  expect(() => stack.cardOf("carol", "approve_request")).toThrow();
  expect(stack.texts("carol").at(-1)).toContain("You can no longer review this request");
  expect(stack.cardOf("sam", "approve_request")).toBeDefined();
});
