import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { member } from "../../../src/domain/shared/actor.ts";
import { getWorkflow } from "../../../src/queries/workflow/get-workflow.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import { createRole } from "../../../src/usecases/people/save-role.ts";
import { openSettingsAs } from "../../support/settings.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
let ada: ReturnType<typeof openSettingsAs>;

beforeAll(async () => {
  stack = await startTestStack();
  ada = openSettingsAs(stack, "ada", "modal");
});

afterAll(() => stack?.stop());

afterEach(async () => {
  stack.slack.faults.clear();
  expect(stack.slack.violations).toEqual([]);
  for (const name of ["ada", "bob", "dana"]) await openSettingsAs(stack, name, "modal").close();
});

const settings = () => stack.slack.command(stack.id("ada"), "/promotion-settings");
const press = (actionId: string, value?: string) => stack.pressModal("ada", actionId, value);
const choose = (actionId: string, value: string | string[]) =>
  stack.slack.choose(stack.id("ada"), actionId, value);
const title = (words: string, name = "ada") =>
  vi.waitFor(() => expect(stack.modal(name).title).toMatchObject({ text: words }), { timeout: 15_000 });

const configure = async () => {
  await settings();
  await press("edit_workflow");
  await title("Configure Workflow");
};

/** Every change of a setting and every new request adds an entry to the audit log. */
const changes = async () => {
  const { sql } = stack.database.database;
  const [row] = await sql<{ entries: number }[]>`select count(*)::int as entries from audit_log`;
  return row?.entries;
};

type Form = [
  name: string,
  person: string,
  open: () => Promise<unknown>,
  typed: Record<string, string | string[]>,
];

const forms: Form[] = [
  ["Configure Workflow", "ada", configure, {}],
  ["Edit Role, whose members would be lost", "ada", () => openRole(), {}],
  ["Edit Project, whose requesters would be everyone", "ada", () => openProject("Edit Project"), {}],
  ["Edit Environment, which would not be critical", "ada", () => openProject("Edit Production"), {}],
  ["Edit Integration", "ada", () => openProject("Edit Orders Sync"), {}],
  ["New Token", "ada", () => openToken(), { token_name: "CI", token_scopes: ["builds:write"] }],
  ["Request Approval", "dana", () => command("dana", "/promote orders-sync"), { message_input: "Please" }],
];

const command = (name: string, text: string) => stack.slack.command(stack.id(name), text);

async function openRole(): Promise<void> {
  await settings();
  await ada.press("Show Roles");
  await ada.press("Edit Release Managers");
  await title("Edit Role");
}

async function openProject(button: string): Promise<void> {
  await ada.open();
  await ada.press("Open Commerce");
  await ada.press(button);
  await ada.form();
}

async function openToken(): Promise<void> {
  await settings();
  await ada.press("Show API Tokens");
  await ada.press("New Token");
  await ada.form();
}

describe.each(["none", "empty"] as const)("a form without its values (%s)", (sentState) => {
  test.each(forms)(
    "R13: %s: nothing is saved, the form stays, and its first input says why",
    async (_, name, open, typed) => {
      await open();
      const before = await changes();
      const shown = stack.modal(name);
      stack.slack.faults.sentState = sentState;
      const answer = await stack.slack.submit(stack.id(name), typed);
      expect([answer.status, answer.error]).toEqual([200, undefined]);
      expect(stack.modal(name).id).toBe(shown.id);
      expect(Object.values(stack.modal(name).errors)).toEqual([expect.stringContaining("nothing was saved")]);
      expect(await changes()).toEqual(before);
      const values = JSON.stringify(stack.modal(name).values);
      for (const value of Object.values(typed).flat()) expect(values).toContain(value);
    },
  );
});

test("a form that Slack sent without its values is saved when it is submitted again", async () => {
  await configure();
  stack.slack.faults.sentState = "empty";
  await stack.slack.submit(stack.id("ada"));
  stack.slack.faults.sentState = "current";
  expect((await stack.slack.submit(stack.id("ada"))).error).toBeUndefined();
  expect(stack.slack.topView(stack.id("ada"))?.title).not.toMatchObject({ text: "Configure Workflow" });
});

describe.each(["none", "empty"] as const)("a click without the state around it (%s)", (sentState) => {
  test("a choice of roles redraws the form for these roles", async () => {
    await configure();
    stack.slack.faults.sentState = sentState;
    await choose("pick_workflow_roles", [await ada.option("pick_workflow_roles", "Admin")]);
    await vi.waitFor(() => expect(stack.modalText("ada")).toContain("1 person can review"), {
      timeout: 15_000,
    });
  });

  test("another choice in the form leaves the chosen roles", async () => {
    await configure();
    const before = stack.modalText("ada");
    stack.slack.faults.sentState = sentState;
    await choose("pick_cards_to", "channel");
    await vi.waitFor(() => expect(JSON.stringify(stack.modal("ada").blocks)).toContain("pick_channel"), {
      timeout: 15_000,
    });
    expect(stack.modalText("ada")).toContain(/\d+ (people|person) can review/.exec(before)?.[0]);
  });

  test("a button on a card acts", async () => {
    await stack.request("dana", "commerce/orders-sync");
    stack.slack.faults.sentState = sentState;
    expect((await stack.press("dana", "open_cancel")).status).toBe(200);
    stack.slack.faults.sentState = "current";
    await vi.waitFor(() => stack.modal("dana"), { timeout: 15_000 });
    await stack.slack.submit(stack.id("dana"), {});
    await stack.settle();
  });
});

describe("more than 100 people in 100 roles", () => {
  const roleIds: string[] = [];

  beforeAll(async () => {
    const { context, organizationId } = stack.app;
    const people = Array.from({ length: 120 }, (_, i) => ({
      ...{ organizationId, id: `UMANY${i}`, name: `Reviewer ${String(i).padStart(3, "0")}` },
      ...{ email: null, timeZone: "UTC", status: "active" as const },
    }));
    await saveMembers(context, people);
    const by = { organizationId, actor: member(stack.id("ada")), surface: "slack" as const };
    for (let i = 0; i < 100; i += 1) {
      const memberIds = people.filter((_, n) => n % 100 === i).map(({ id }) => id);
      const holders = { projectId: null, memberIds };
      const made = await createRole(context, { ...by, name: `Team ${i}`, holders });
      if (made.ok) roleIds.push(made.value.roleId);
    }
  });

  beforeEach(configure);

  const search = async (typed: string) =>
    (await stack.slack.suggest(stack.id("ada"), "pick_assignees", typed)).map(({ text }) => text.text);

  test("assignees are found among the people of the roles that are drawn, picked, and saved", async () => {
    await stack.slack.suggest(stack.id("ada"), "pick_workflow_roles", "Team");
    await choose("pick_workflow_roles", roleIds);
    await ada.waitForText(/120 people can review/);
    expect(await search("")).toHaveLength(100);
    expect(await search("viewer 119")).toEqual(["Reviewer 119"]);
    await search("viewer 11");
    await choose("pick_assignees", ["UMANY115", "UMANY117"]);
    await ada.waitForText(/2 people can review/);
    expect((await stack.slack.submit(stack.id("ada"))).error).toBeUndefined();
    const { context, organizationId } = stack.app;
    expect((await getWorkflow(context.db, organizationId)).assigneeIds).toEqual(["UMANY115", "UMANY117"]);
  });

  test("other roles offer other assignees", async () => {
    await stack.slack.suggest(stack.id("ada"), "pick_workflow_roles", "Team");
    await choose("pick_workflow_roles", roleIds.slice(1));
    await ada.waitForText(/people can review/);
    await vi.waitFor(async () => expect(await search("viewer 000")).toEqual([]), { timeout: 15_000 });
    expect(await search("viewer 001")).toEqual(["Reviewer 001"]);
  });

  test("the roles that may request in a project are searched too", async () => {
    await ada.close();
    await openProject("Edit Project");
    const team = await ada.option("requesters", "Team 99");
    expect(await ada.submit({ requesters: [team] })).toEqual({});
    await ada.waitForText("Team 99");
  });
});
