import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  const { slack } = stack;
  for (const name of ["dana", "sam"])
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
});

const promote = (text: string, name = "dana") => stack.slack.command(stack.id(name), `/promote ${text}`);

const option = (name: string, block: RegExp) => {
  const view = stack.modal(name);
  const found = view.blocks.find((one) => block.test(String(one.block_id)));
  const element = found?.element as { initial_option?: { text: { text: string } } } | undefined;
  return element?.initial_option?.text.text;
};

test("/promote alone opens Request Approval with nothing chosen", async () => {
  expect(await promote("")).toMatchObject({ status: 200, body: "" });
  expect(stack.modal("dana")).toMatchObject({
    title: { text: "Request Approval" },
    submit: { text: "Request Approval" },
  });
  expect(stack.modalText("dana")).toContain("Choose an integration");
  expect(option("dana", /^integration$/)).toBeUndefined();
});

test("with an integration it shows the build, what is live in the target, and the next step", async () => {
  await promote("orders-sync");
  const words = stack.modalText("dana");
  expect(option("dana", /^integration$/)).toBe("Orders Sync · Commerce");
  expect(option("dana", /^target/)).toBe("Development → Staging");
  expect(words).toContain(
    "Build to approve*\n<https://ci.example/orders/121|1.4.2> (ci.example) · `7e516c0f6c`",
  );
  expect(words).toMatch(/Live in Staging now\*\n<https:\/\/ci\.example\/orders\/114\|1\.4\.1>/);
});

test.each([
  ["commerce/billing", "Billing · Commerce", "Development → Staging"],
  ["finance/billing", "Billing · Finance", "Test → Pre-production"],
  ["Finance/Ledger Export", "Ledger Export · Finance", "Development → Test"],
  ["orders-sync production", "Orders Sync · Commerce", "Staging → Production"],
  ["Orders Sync Production", "Orders Sync · Commerce", "Staging → Production"],
  ["finance/billing Pre-production", "Billing · Finance", "Test → Pre-production"],
  ["  ORDERS-SYNC   staging ", "Orders Sync · Commerce", "Development → Staging"],
])("/promote %s names %s, %s", async (typed, integration, step) => {
  expect(await promote(typed)).toMatchObject({ status: 200 });
  expect(option("dana", /^integration$/)).toBe(integration);
  expect(option("dana", /^target/)).toBe(step);
});

test("an environment that is not there is said in the modal, with those that are", async () => {
  await promote("orders-sync moon");
  expect(option("dana", /^integration$/)).toBe("Orders Sync · Commerce");
  expect(stack.modalText("dana")).toContain(
    "Nothing can be promoted to “moon” in Commerce. You can promote to Staging and Production.",
  );
  await stack.slack.closeView(stack.id("dana"));
  await promote("orders-sync development");
  expect(stack.modalText("dana")).toContain("Nothing can be promoted to “development” in Commerce.");
});

test("a name of several projects offers the choices, and the chosen one opens its modal with the environment", async () => {
  const { slack } = stack;
  await promote("billing production");
  expect(slack.topView(stack.id("dana"))).toBeUndefined();
  const shown = slack.ephemeralsFor(stack.id("dana")).at(-1);
  expect(textOf({ blocks: shown?.blocks ?? [] })).toBe(
    "“billing” is in 2 projects. Which one do you mean?\n*Billing* · Commerce\nChoose\n*Billing* · Finance\nChoose",
  );
  const choices = shown?.blocks.flatMap(
    ({ accessory }) => (accessory as { value: string } | undefined) ?? [],
  );
  const value = choices?.[1]?.value as string;
  const clicked = await slack.clickEphemeral(stack.id("dana"), shown?.id as string, {
    actionId: "choose_integration",
    value,
  });
  expect(clicked).toMatchObject({ status: 200 });
  await eventually(() => expect(option("dana", /^integration$/)).toBe("Billing · Finance"));
  expect(option("dana", /^target/)).toBe("Pre-production → Production");
});

test("an unknown name is answered privately, with those that resemble it", async () => {
  await promote("orders");
  expect(stack.lastEphemeral("dana")).toContain(
    "There is no integration “orders” here. Did you mean one of these?",
  );
  expect(stack.lastEphemeral("dana")).toContain("*Orders Sync* · Commerce");
  const shown = stack.slack.ephemeralsFor(stack.id("dana")).at(-1);
  await stack.slack.clickEphemeral(stack.id("dana"), shown?.id as string, { actionId: "choose_integration" });
  await eventually(() => expect(option("dana", /^integration$/)).toBe("Orders Sync · Commerce"));
});

test("a name that resembles nothing is answered privately, and what was typed comes to no life", async () => {
  await promote("<!channel> & co");
  expect(stack.lastEphemeral("dana")).toContain("There is no integration “&lt;!channel&gt; &amp; co” here.");
  expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
});

test("names with the characters that Slack escapes are found", async () => {
  await stack.reseed((seed) => {
    seed.projects[0]?.integrations.push({
      slug: "r-and-d",
      name: "R&D <Beta>",
      deployer: "record",
      builds: [{ id: "rd-1", version: "1.0.0" }],
      live: { development: "rd-1" },
    });
  });
  await promote("R&D <Beta> staging");
  expect(option("dana", /^integration$/)).toBe("R&D <Beta> · Commerce");
});

test.each(["help", "HELP", " help "])("/promote%s explains and opens nothing", async (typed) => {
  await promote(typed);
  expect(stack.lastEphemeral("dana")).toContain(
    "`/promote orders-sync production` says to which environment.",
  );
  expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
});

test("the integrations can be searched by name and project, by any part of them", async () => {
  const { slack } = stack;
  await promote("");
  const search = async (typed: string) =>
    (await slack.suggest(stack.id("dana"), "pick_integration", typed)).map(({ text }) => text.text);
  expect(await search("")).toHaveLength(9);
  expect(await search("bil")).toEqual(["Billing · Commerce", "Billing · Finance"]);
  expect(await search("finance bill")).toEqual(["Billing · Finance"]);
  expect(await search("finance/bill")).toEqual(["Billing · Finance"]);
  expect(await search("%")).toEqual([]);
  expect(await search("nothing like it")).toEqual([]);
});

test("R14: a person who cannot request in a project learns in the modal who can", async () => {
  await promote("finance/billing", "sam");
  expect(stack.modalText("sam")).toContain(
    "In this project only Finance Developers can request and promote.",
  );
});
