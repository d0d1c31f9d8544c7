import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, type TestWorld, testWorld } from "../../support/world.ts";

let world: TestWorld;
beforeAll(async () => {
  world = await testWorld();
});
afterAll(() => world?.stop());
afterEach(() => expect(world.slack.violations).toEqual([]));

test("a card whose posting was in doubt is found again and shows what is true by then", async () => {
  const { slack } = world;
  await slack.command(world.id("dana"), "/promote orders-sync");
  const held = slack.faults.hold("chat.postMessage");
  // Every posting is carried out and its answer lost: all cards are in doubt, and stand there as pending.
  slack.faults.loseAnswer("chat.postMessage", 3);
  await slack.submit(world.id("dana"), {});
  await held.reached;
  // Searching for them waits until the request has been decided.
  const search = slack.faults.hold("conversations.history");
  held.release();
  await search.reached;
  await eventually(() => {
    for (const name of ["dana", "bob", "carol"])
      expect(world.texts(name).join()).toContain("Waiting for review");
  });
  expect(await world.press("bob", "approve_request")).toMatchObject({ status: 200 });
  search.release();
  for (const name of ["dana", "bob", "carol"]) {
    // A try after a doubt comes some time later.
    await eventually(() => expect(world.texts(name).join()).toContain("Approved by Bob"));
    expect(world.texts(name).join()).not.toContain("Waiting for review");
  }
  expect(() => world.cardOf("carol", "approve_request")).toThrow();
});

test("R4: who becomes a reviewer gets a card, who is none any more loses the buttons", async () => {
  await world.request("dana", "inventory-feed");
  expect(world.cardOf("carol", "approve_request")).toBeDefined();
  await world.reseed((seed) => {
    const role = seed.roles.find((one) => seed.workflow?.roles.includes(one.name));
    if (role) role.members = role.members.filter((one) => !JSON.stringify(one).includes("carol"));
    role?.members.push("dev@acme.example", "sam@acme.example");
  });
  expect(() => world.cardOf("carol", "approve_request")).toThrow();
  expect(world.texts("carol").at(-1)).toContain("You can no longer review this request");
  expect(world.cardOf("sam", "approve_request")).toBeDefined();
});
