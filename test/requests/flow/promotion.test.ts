import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestWorld, testWorld, textOf } from "../../support/world.ts";

let world: TestWorld;

beforeAll(async () => {
  world = await testWorld();
});

afterAll(() => world?.stop());

test("a build goes from Development to Staging: asked, approved by one click, promoted", async () => {
  const { slack } = world;
  const opened = await slack.command(world.id("dana"), "/promote orders-sync");
  expect(opened).toMatchObject({ status: 200 });
  const modal = slack.topView(world.id("dana"));
  expect(textOf({ blocks: modal?.blocks ?? [] })).toContain("1.4.2");
  expect(
    (await slack.submit(world.id("dana"), { message_input: "Please & thanks <!channel>" })).error,
  ).toBeUndefined();
  expect(slack.topView(world.id("dana"))).toBeUndefined();
  await world.app.idle();
  expect(slack.violations).toEqual([]);
  expect(world.texts("bob")).toHaveLength(1);
  expect(world.texts("carol")).toHaveLength(1);
  expect(world.texts("dana")).toHaveLength(1);
  const mails = await world.mail.inbox();
  expect(mails.map((mail) => mail.to).sort()).toEqual(["bob@acme.example", "carol@acme.example"]);

  await world.press("bob", "approve_request");
  await world.app.idle();
  expect(world.texts("bob")[0]).toContain("Approved by Bob Reviewer");
  expect(world.texts("carol")[0]).toContain("Approved by Bob Reviewer");
  expect(world.texts("dana").at(-1)).toContain("Bob Reviewer approved");

  await world.press("dana", "promote_request");
  await world.app.idle();
  expect(world.texts("dana")[0]).toContain("Promoted: 1.4.2 is live in Staging");
  expect(slack.violations).toEqual([]);
  const after = await world.mail.inbox();
  expect(after.filter((mail) => mail.to === "dev@acme.example").map((mail) => mail.subject)).toHaveLength(2);
});
