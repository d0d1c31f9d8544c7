import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { openSettingsAs, type SettingsEntry } from "../../support/settings.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
  await stack.reseed(({ roles }) => {
    roles.find(({ name }) => name === "Admin")?.members.push("carol@acme.example");
  });
});
afterAll(() => stack?.stop());
afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  for (const name of ["ada", "carol"]) await openSettingsAs(stack, name, "modal").close();
});

/** Opens the settings of the project Commerce as this person. */
async function commerce(name = "ada", entry: SettingsEntry = "modal") {
  const person = openSettingsAs(stack, name, entry);
  await person.open();
  await person.press("Open Commerce");
  await person.waitForText("*Commerce*  `commerce`");
  return person;
}

/** Carol archives an environment or integration while someone else edits. */
async function archived(name: string) {
  const carol = await commerce("carol");
  await carol.press(`Edit ${name}`);
  await carol.press(`Archive ${name}`);
  await carol.waitForText(`${name} is archived. Its history stays`);
  await carol.close();
}

const inTheWay = (number: number) =>
  `Request #${number} is open and needs this as it is. Finish or cancel #${number} first.`;

describe("an open request is in the way, and is named", () => {
  beforeAll(() => stack.request("dana", "commerce/orders-sync"));

  test("of an environment between its own", async () => {
    const ada = await commerce();
    await ada.press("Add Environment");
    const after = await ada.option("after", "After Development");
    expect(await ada.submit({ name: "QA", after })).toEqual({ after: inTheWay(1) });
    const last = await ada.option("after", "After Production");
    expect(await ada.submit({ after: last })).toEqual({});
    await ada.waitForText("4. QA  `qa`");
    await ada.press("Edit QA");
    await ada.press("Archive QA");
    await ada.waitForText("QA is archived.");
  });

  test.each(["Staging", "Development", "Orders Sync"])("of archiving %s", async (name) => {
    const ada = await commerce();
    await ada.press(`Edit ${name}`);
    await ada.press(`Archive ${name}`);
    await ada.waitForText(inTheWay(1));
  });

  test.each<SettingsEntry>(["modal", "home"])("of archiving its project, in the %s", async (entry) => {
    const ada = await commerce("ada", entry);
    await ada.press("Archive Project");
    await ada.waitForText(inTheWay(1));
    await ada.close();
    await commerce();
  });
});

describe("a field names what was archived in the meantime", () => {
  test("Record Deployment", async () => {
    const ada = await commerce();
    await ada.press("Add Integration");
    await ada.submit({ name: "Stock" });
    await ada.waitForText("Stock  `stock`");
    await ada.press("Add Environment");
    await ada.submit({ name: "Sandbox" });
    await ada.waitForText("Sandbox  `sandbox`");
    await ada.press("Record Deployment");
    const deployed = {
      deployed_integration: await ada.option("deployed_integration", "Stock"),
      environment: await ada.option("environment", "Sandbox"),
      version: "1",
    };
    await archived("Sandbox");
    expect(await ada.submit(deployed)).toEqual({
      environment: "This environment is not in the pipeline any more. Choose another one.",
    });
    await archived("Stock");
    const staging = await ada.option("environment", "Staging");
    expect(await ada.submit({ environment: staging })).toEqual({
      deployed_integration: "This integration is archived: nothing can be promoted in it.",
    });
  });

  test("Edit Integration, and its short name stays its own", async () => {
    const ada = await commerce();
    await ada.press("Add Integration");
    await ada.submit({ name: "Refunds" });
    await ada.press("Edit Refunds");
    await archived("Refunds");
    expect(await ada.submit({ name: "Money Back" })).toEqual({
      name: "This integration was archived meanwhile. Close this to see what there is.",
    });
    await ada.close();
    await commerce();
    await ada.press("Edit Billing");
    expect(await ada.submit({ short_name: "refunds" })).toEqual({
      short_name: "An archived one is called refunds and keeps that name. Choose another one.",
    });
  });

  test("a button of something that was archived says so", async () => {
    const ada = await commerce();
    await ada.press("Add Environment");
    await ada.submit({ name: "Lab" });
    await ada.waitForText("Lab  `lab`");
    await archived("Lab");
    await ada.press("Edit Lab");
    await ada.waitForText("This environment was archived meanwhile.");
  });
});

describe("two admins edit the same thing at once: the second Save is refused and keeps what was typed", () => {
  /** Carol submits the same form first. */
  async function carolFirst(edit: string, values: Record<string, string>) {
    const ada = await commerce();
    await ada.press(edit);
    await ada.form();
    const carol = await commerce("carol");
    await carol.press(edit);
    expect(await carol.submit(values)).toEqual({});
    await carol.close();
    return ada;
  }
  const field = (ada: Awaited<ReturnType<typeof commerce>>, id: string) =>
    (ada.view().values as Record<string, Record<string, { value?: string }>>)[id]?.[id]?.value;

  test("Edit Project", async () => {
    const ada = await carolFirst("Edit Project", { name: "Commerce 2" });
    await ada.submit({ name: "Trade", short_name: "commerce" });
    await ada.waitForText(/\*Carol Reviewer changed this while you were editing\* · <!date/);
    await ada.waitForText("• Name: Commerce → Commerce 2\nWhat you chose is still below");
    expect(field(ada, "name")).toBe("Trade");
    expect(await ada.submit()).toEqual({});
    await ada.waitForText("*Trade*  `commerce`");
    await ada.press("Edit Project");
    await ada.submit({ name: "Commerce" });
    await ada.waitForText("*Commerce*  `commerce`");
  });

  test("Edit Environment", async () => {
    const ada = await carolFirst("Edit Staging", { name: "Stage" });
    const after = await ada.option("after", "First");
    await ada.submit({ name: "Staging 2", after, critical: "yes" });
    await ada.waitForText(
      "• Environments: Development, Staging and Production ❗ → Development, Stage and Production ❗",
    );
    expect(field(ada, "name")).toBe("Staging 2");
    expect(await ada.submit({ after: await ada.option("after", "After Development") })).toEqual({});
    await ada.waitForText("2. Staging 2  `staging`  ❗ *critical*");
    await ada.press("Edit Staging 2");
    await ada.submit({ name: "Staging", critical: [] });
    await ada.waitForText("2. Staging  `staging`\n");
  });

  test("Edit Integration", async () => {
    const ada = await carolFirst("Edit Orders Sync", { name: "Orders" });
    await ada.submit({ name: "Sync" });
    await ada.waitForText("• Name: Orders Sync → Orders\nWhat you chose is still below");
    expect(field(ada, "name")).toBe("Sync");
    expect(await ada.submit({ name: "Orders Sync" })).toEqual({});
    await ada.waitForText("Orders Sync  `orders-sync`");
  });

  test("an environment that was archived in the meantime is restored when it is saved again", async () => {
    const ada = await commerce();
    await ada.press("Add Environment");
    await ada.submit({ name: "QA" });
    await ada.press("Edit QA");
    await ada.form();
    await archived("QA");
    await ada.submit({ name: "Quality" });
    await ada.waitForText(
      "Development, Staging, Production ❗ and QA → Development, Staging and Production ❗",
    );
    expect(await ada.submit()).toEqual({});
    await ada.waitForText("Quality  `qa`");
    await ada.press("Edit Quality");
    await ada.press("Archive Quality");
    await ada.waitForText("Quality is archived.");
  });
});
