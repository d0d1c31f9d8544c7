import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type TestWorld, testWorld } from "../../support/world.ts";

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});
afterAll(() => world?.stop());
afterEach(() => expect(world.slack.violations).toEqual([]));

const enable = (enabled: boolean) =>
  world.reseed((seed) => {
    if (seed.workflow) seed.workflow.enabled = enabled;
  });

test("R1: Request Approval never promotes at once because the workflow went off meanwhile", async () => {
  const { slack } = world;
  const dana = world.id("dana");
  await slack.command(dana, "/promote orders-sync");
  expect(world.modal("dana").title).toMatchObject({ text: "Request Approval" });
  await enable(false);
  await slack.submit(dana, { message_input: "Please look" });
  expect(world.modal("dana").title).toMatchObject({ text: "Promote" });
  expect(world.modalText("dana")).toContain("No review is needed here any more");
  expect(world.modal("dana").values.message?.message_input?.value).toBe("Please look");
  await enable(true);
  await slack.submit(dana, {});
  expect(world.modal("dana").title).toMatchObject({ text: "Request Approval" });
  expect(world.modalText("dana")).toContain("A review is needed here by now");
  await world.app.idle();
  expect(slack.messagesFor(dana)).toEqual([]);
  await slack.submit(dana, {});
  await world.app.idle();
  expect(world.texts("bob").at(-1)).toContain("Waiting for review");
});
