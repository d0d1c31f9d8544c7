import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { system } from "../../../src/domain/shared/actor.ts";
import { archiveProject } from "../../../src/usecases/catalog/archive-project.ts";
import { createProject } from "../../../src/usecases/catalog/create-project.ts";
import { saveIntegration } from "../../../src/usecases/catalog/save-integration.ts";
import { accepted } from "../../support/catalog.ts";
import { openSettingsAs, type SettingsEntry } from "../../support/settings.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  for (const name of ["ada", "dana"]) await openSettingsAs(stack, name, "modal").close();
});

const by = () => ({
  organizationId: stack.app.organizationId,
  actor: system("test"),
  surface: "seed" as const,
});

let made = 0;

/** Adds a project directly to the database. */
async function project(name: string, environments: readonly string[], integrations: readonly string[]) {
  const { context } = stack.app;
  const created = await createProject(context, {
    ...{ ...by(), name, slug: `made-${made++}`, requesterRoleIds: [] },
    environments: environments.map((one, i) => ({ name: one, slug: `environment-${i}`, critical: true })),
  });
  const { projectId } = accepted(created);
  for (const [i, one] of integrations.entries()) {
    const input = { ...by(), projectId, integration: null, name: one, slug: `integration-${i}` };
    accepted(await saveIntegration(context, input));
  }
  return projectId;
}

const many = (count: number, what: string) =>
  Array.from({ length: count }, (_, i) => `${what} ${String(i).padStart(3, "0")}`);

describe.each<SettingsEntry>(["modal", "home"])("a big project, in the %s", (entry) => {
  const name = `Big ${entry}`;
  beforeAll(() =>
    project(
      name,
      many(20, "Environment").map((one) => one.padEnd(100, "&")),
      many(120, "Integration").map((one) => one.padEnd(100, "<")),
    ),
  );
  const cut = (one: string, by_: string) => `${one.padEnd(59, by_)}…`;

  test("fits, page by page, and comes back to the page where something was edited", async () => {
    const ada = openSettingsAs(stack, "ada", entry);
    await ada.open();
    await ada.press(`Open ${name}`);
    await ada.waitForText("1–20 of 120 integrations");
    expect(ada.text()).toContain("20. Environment 019&amp;");
    for (const page of ["21–40", "41–60"]) {
      await ada.press("Next page of integrations");
      await ada.waitForText(`${page} of 120 integrations`);
    }
    await ada.press("Previous page of integrations");
    await ada.waitForText("21–40 of 120 integrations");
    await ada.press(`Edit ${cut("Integration 025", "<")}`);
    expect(await ada.submit({ name: "Integration 025" })).toEqual({});
    await ada.waitForText("Integration 025  `integration-25`");
    expect(ada.text()).toContain("21–40 of 120 integrations");
  });

  test("offers its integrations by search, and records a deployment of any", async () => {
    const ada = openSettingsAs(stack, "ada", entry);
    await ada.open();
    await ada.press(`Open ${name}`);
    await ada.press("Record Deployment");
    await ada.form();
    const id = stack.id("ada");
    expect(await stack.slack.suggest(id, "deployed_integration", "")).toHaveLength(100);
    const [last, ...others] = await stack.slack.suggest(id, "deployed_integration", "integration 119");
    expect(others).toEqual([]);
    expect(await stack.slack.suggest(id, "deployed_integration", "orders-sync")).toHaveLength(0);
    await stack.slack.suggest(id, "deployed_integration", "integration 119");
    const deployed_integration = last?.value ?? "";
    expect(await ada.submit({ deployed_integration, version: "<!channel>" })).toEqual({});
    await ada.waitForText("1–20 of 120 integrations");
  });

  test("takes no 21st environment", async () => {
    const ada = openSettingsAs(stack, "ada", entry);
    await ada.open();
    await ada.press(`Open ${name}`);
    await ada.press("Add Environment");
    expect(await ada.submit({ name: "One more" })).toEqual({
      name: "A project has at most 20 environments.",
    });
  });
});

test("many projects are listed ten a page", async () => {
  for (const name of many(12, "Listed")) await project(name, ["Only one"], []);
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  await ada.waitForText(/1–10 of \d+ projects/);
  await ada.press("Next page of projects");
  await ada.waitForText(/11–\d+ of \d+ projects/);
  await ada.press("Previous page of projects");
  await ada.waitForText(/1–10 of \d+ projects/);
});

test("names that would come alive are only text, everywhere", async () => {
  const hostile = "<!channel> *_`~ <https://evil.example|x> & 🏳️‍🌈";
  const projectId = await project(hostile, ["<@U1>", "b`", "right to left"], [hostile]);
  // An earlier version stored names with line breaks and direction characters.
  const { sql } = stack.database.database;
  await sql`update environments set name = ${"b`\n`"} where project_id = ${projectId} and name = ${"b`"}`;
  await sql`update environments set name = ${"\u202eright to left"}
    where project_id = ${projectId} and name = 'right to left'`;
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  while (!ada.buttons().some((label) => label.startsWith("Open <!channel>"))) {
    await ada.press("Next page of projects");
    await ada.waitForText(/\d1–\d+ of/);
  }
  await ada.press(ada.buttons().find((label) => label.startsWith("Open <!channel>")) ?? "");
  await ada.waitForText("&lt;!channel&gt;");
  expect(ada.text()).not.toMatch(/<!channel>|<@U1>|<https:\/\/evil/);
  for (const edit of ada.buttons().filter((label) => label.startsWith("Edit "))) {
    await ada.press(edit);
    await ada.form();
    await stack.slack.closeView(stack.id("ada"));
  }
  await ada.press("Record Deployment");
  await ada.form();
  expect(await ada.submit({ version: "<!here>", commit: "<!here>" })).toEqual({});
  await ada.waitForText("&lt;!here&gt;");
});

test("the last environment is not archived", async () => {
  await project("AAA single", ["Lonely"], []);
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  await ada.press("Open AAA single");
  await ada.waitForText("None yet. Add the first one;");
  await ada.press("Edit Lonely");
  await ada.press("Archive Lonely");
  await ada.waitForText("A project needs at least one environment.");
  await ada.close();
});

test("a project of one environment says that it needs a second one", async () => {
  await project("AAA one step", ["Lonely"], ["Thing"]);
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  await ada.press("Open AAA one step");
  await ada.waitForText("Add a second environment: a promotion goes from one environment to the next.");
});

test("a button and a form say that the project was archived in the meantime", async () => {
  const projectId = await project("AAA gone", ["A", "B"], ["Thing"]);
  const ada = openSettingsAs(stack, "ada", "modal");
  await ada.open();
  await ada.press("Open AAA gone");
  await ada.press("Edit Project");
  await ada.form();
  accepted(await archiveProject(stack.app.context, { ...by(), projectId, version: 1 }));
  expect(await ada.submit({ name: "AAA back" })).toEqual({ name: "This project does not exist any more." });
  await stack.slack.closeView(stack.id("ada"));
  for (const label of ["Add Environment", "Add Integration", "Record Deployment", "Archive Project"]) {
    await ada.press(label);
    await ada.waitForText("This project was archived meanwhile.");
    await stack.slack.closeView(stack.id("ada"));
  }
});

describe("R13: a person who is no longer an admin learns who is", () => {
  const words = "Only admins can change settings. Dana Developer can.";
  const admins = (email: string) =>
    stack.reseed((seed) => {
      for (const role of seed.roles) if (role.name === "Admin") role.members = [email];
    });
  afterAll(() => admins("ada@acme.example"));

  test.each([
    ["New Project", {}, "name", { name: "X" }],
    ["Edit Project", { open: true }, "name", {}],
    ["Add Environment", { open: true }, "name", { name: "X" }],
    ["Add Integration", { open: true }, "name", { name: "X" }],
    ["Record Deployment", { open: true }, "version", { version: "1" }],
  ])("in %s", async (button, { open = false }: { open?: boolean }, field, values) => {
    await admins("ada@acme.example");
    await project(`AA ${button}`, ["A", "B"], ["Thing"]);
    const ada = openSettingsAs(stack, "ada", "modal");
    await ada.open();
    if (open) await ada.press(`Open AA ${button}`);
    await ada.press(button);
    await ada.form();
    await admins("dev@acme.example");
    expect(await ada.submit(values)).toEqual({ [field]: words });
    await stack.slack.closeView(stack.id("ada"));
    await ada.press(button);
    await ada.waitForText(words);
  });

  test("and sees nothing of the projects", async () => {
    await admins("dev@acme.example");
    const dana = openSettingsAs(stack, "dana", "modal");
    await dana.open();
    await dana.waitForText("projects");
    await admins("ada@acme.example");
    await dana.press("Next page of projects");
    await dana.waitForText("Only admins can change settings. Ada Admin can.");
  });
});
