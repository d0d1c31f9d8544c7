import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { member } from "../../../src/domain/shared/actor.ts";
import { saveMembers } from "../../../src/usecases/people/save-members.ts";
import { createRole } from "../../../src/usecases/people/save-role.ts";
import { everybody, workspace } from "../../catalog/settings/people.ts";
import { startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ people: everybody, slack: workspace });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const { slack } = stack;
  expect(slack.violations).toEqual([]);
  await closeAll();
});

const closeAll = async () => {
  for (const name of ["ada", "bob", "dana"])
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
};

const open = (name = "ada") => stack.slack.command(stack.id(name), "/promotion-settings");
const press = (actionId: string, value?: string, name = "ada") => stack.pressModal(name, actionId, value);
const choose = (actionId: string, value: string | string[], name = "ada") =>
  stack.slack.choose(stack.id(name), actionId, value);
const submit = (values: Record<string, string | string[]> = {}, name = "ada") =>
  stack.slack.submit(stack.id(name), values);
const says = (words: string | RegExp, name = "ada") =>
  vi.waitFor(() => expect(stack.modalText(name)).toMatch(words), { timeout: 5000 });
const title = (words: string, name = "ada") =>
  vi.waitFor(() => expect(stack.modal(name).title).toMatchObject({ text: words }), { timeout: 5000 });
const errors = (name = "ada") => Object.values(stack.modal(name).errors);

/** Returns the value of the option with this text in a person's open modal. */
const optionOf = (actionId: string, text: string, name = "ada") => {
  const elements = stack
    .modal(name)
    .blocks.map(
      (block) =>
        block.element as { action_id?: string; options?: { text: { text: string }; value: string }[] },
    );
  const element = elements.find((one) => one?.action_id === actionId);
  const found = element?.options?.find((option) => option.text.text === text);
  if (found === undefined) throw new Error(`${actionId} offers no ${text}`);
  return found.value;
};

/** Opens Configure Workflow. */
const configure = async (name = "ada") => {
  await open(name);
  const button = stack.modalText(name).includes("Turn Off") ? "edit_workflow" : "turn_on_workflow";
  await press(button, undefined, name);
  await title("Configure Workflow", name);
};

const row = async (name = "ada") => {
  await closeAll();
  await open(name);
  return stack.modalText(name);
};

describe("who may", () => {
  test("R13: who is not an admin is told privately who is", async () => {
    await open("dana");
    expect(stack.lastEphemeral("dana")).toBe("Only admins can change settings. Ada Admin can.");
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
  });

  test("who stops being an admin while the settings are open is told so at the next click and at Save", async () => {
    await stack.reseed((seed) => {
      seed.roles[0] = { name: "Admin", members: ["ada@acme.example", "bob@acme.example"] };
    });
    await open("bob");
    await configure("bob");
    await stack.reseed(() => undefined);
    await submit({}, "bob");
    expect(errors("bob")).toEqual(["Only admins can change settings. Ada Admin can."]);
    await stack.slack.closeView(stack.id("bob"));
    await press("settings_roles", undefined, "bob");
    await says(/Only admins can change settings. Ada Admin can./, "bob");
    await closeAll();
  });
});

describe("the row and its form", () => {
  test("the settings say who reviews, and lead from one section to another", async () => {
    expect(await open()).toMatchObject({ status: 200, body: "" });
    expect(stack.modalText("ada")).toContain(
      "*Environment Promotion*  🟢 *On*\nRelease Managers · 1 approval",
    );
    await press("settings_roles");
    await says(/New Role/);
    await press("settings_projects");
    await says(/New Project/);
    await press("settings_workflows");
    await says(/Environment Promotion/);
  });

  test("R6: the form counts anew at each choice, and offers the people of the chosen roles", async () => {
    await configure();
    await says(/2 people can review, 2 will be told\*\nFewest in Finance: 1/);
    await choose("pick_assignees", [stack.id("carol")]);
    await says(/1 person can review, 1 will be told/);
    await says(/too few people could review in Finance \(0\)/);
    const both = ["Release Managers", "Admin"].map((role) => optionOf("pick_workflow_roles", role));
    await choose("pick_workflow_roles", both);
    // The assignee stays, because she still has one of the roles. The new role's people are offered.
    await vi.waitFor(() => expect(optionOf("pick_assignees", "Ada Admin")).toBe(stack.id("ada")));
    await says(/1 person can review/);
    await choose("pick_assignees", []);
    await says(/3 people can review, 3 will be told/);
    await choose("pick_workflow_roles", [optionOf("pick_workflow_roles", "Finance Developers")]);
    await says(/too few people could review in Commerce \(0\)/);
    await choose("pick_approvals", "3");
    await says(/3 approvals are needed/);
  });

  test("R6: what cannot be saved is refused on its field, and the form stays", async () => {
    await configure();
    await submit({ pick_workflow_roles: [optionOf("pick_workflow_roles", "Finance Developers")] });
    expect(errors()).toEqual([
      "Nobody could decide there: 1 approval is needed, and too few people could review in Commerce (0).",
    ]);
    await title("Configure Workflow");
  });

  test("R6: somebody who left the chosen roles is refused by name", async () => {
    await configure();
    // The roles are changed without redrawing the form.
    await submit({
      pick_assignees: [stack.id("carol")],
      pick_workflow_roles: [optionOf("pick_workflow_roles", "Admin")],
    });
    expect(errors()).toEqual([
      "Carol Reviewer is not in the chosen roles. Take them out, or choose a role that they are in.",
    ]);
  });

  test("every option is saved and comes back", async () => {
    await configure();
    await submit({
      pick_workflow_roles: ["Release Managers", "Admin"].map((role) => optionOf("pick_workflow_roles", role)),
      gate_input: "critical",
      pick_rules: ["self", "comment"],
    });
    await vi.waitFor(() =>
      expect(stack.modalText("ada")).toContain("Admin and Release Managers · 1 approval"),
    );
    expect(stack.modalText("ada")).toContain("Critical environments only · cards go to each reviewer");
    await press("edit_workflow");
    await title("Configure Workflow");
    expect(JSON.stringify(stack.modal("ada").values)).toMatch(/"critical".*"self".*"comment"/);
    await choose("pick_assignees", [stack.id("bob"), stack.id("ada")]);
    await submit({ gate_input: "every", pick_rules: [] });
    await says("Admin and Release Managers, two assignees · 1 approval");
    await press("edit_workflow");
    await title("Configure Workflow");
    await choose("pick_workflow_roles", [optionOf("pick_workflow_roles", "Release Managers")]);
    await says(/1 person can review/);
    await choose("pick_assignees", []);
    // R4: going from assignees only to everyone in the roles asks for confirmation once.
    await submit();
    await says(/Nobody is assigned any more: every member of these roles will review/);
    await submit();
    expect(await row()).toContain("Release Managers · 1 approval");
  });

  test("two admins at once: the second Save shows what changed and by whom, and keeps the input", async () => {
    await stack.reseed((seed) => {
      seed.roles[0] = { name: "Admin", members: ["ada@acme.example", "bob@acme.example"] };
    });
    await configure("ada");
    await configure("bob");
    await choose("pick_approvals", "1", "bob");
    await submit({ pick_rules: ["comment"] }, "bob");
    await submit({ pick_rules: ["self"], gate_input: "critical" });
    await says(/Bob Reviewer changed this while you were editing/);
    await says(/Comment on Reject: no → yes/);
    expect(stack.modalText("ada")).not.toContain("Roles:");
    expect(JSON.stringify(stack.modal("ada").values)).toMatch(/"critical".*"self"/);
    await submit({});
    expect(await row()).toContain("Critical environments only");
    await closeAll();
    await configure();
    expect(JSON.stringify(stack.modal("ada").values)).toMatch(/"critical".*"self"/);
    await submit({ pick_rules: [], gate_input: "every" });
    await stack.reseed(() => undefined);
  });
});

describe("more than a select holds", () => {
  test("beyond 100 the assignees are searched, and those chosen stay chosen", async () => {
    const { context, organizationId } = stack.app;
    const people = Array.from({ length: 120 }, (_, i) => {
      const name = `Reviewer ${String(i).padStart(3, "0")}`;
      return {
        organizationId,
        id: `UMANY${i}`,
        name,
        email: null,
        timeZone: "UTC",
        status: "active" as const,
      };
    });
    await saveMembers(context, people);
    const ada = member(stack.id("ada"));
    const holders = { projectId: null, memberIds: people.map(({ id }) => id) };
    const by = { organizationId, actor: ada, surface: "slack" as const };
    expect(await createRole(context, { ...by, name: "Many", holders })).toMatchObject({ ok: true });
    await configure();
    await choose("pick_workflow_roles", [optionOf("pick_workflow_roles", "Many")]);
    await says(/120 people can review, 120 will be told, 120 have no email address/);
    const search = async (typed: string) =>
      (await stack.slack.suggest(stack.id("ada"), "pick_assignees", typed)).map(({ text }) => text.text);
    expect(await search("")).toHaveLength(100);
    expect(await search("viewer 11")).toEqual(people.slice(110).map(({ name }) => name));
    await choose("pick_assignees", ["UMANY115", "UMANY117"]);
    await says(/2 people can review/);
    await submit();
    expect(await row()).toContain("Many, two assignees · 1 approval");
    await press("edit_workflow");
    await title("Configure Workflow");
    expect(JSON.stringify(stack.modal("ada").values)).toMatch(/Reviewer 115.*Reviewer 117/);
    await stack.reseed(() => undefined);
  });
});

describe("on and off", () => {
  test("R1, R4: turned off, what becomes of open requests is said; turned on, closing the form leaves it off", async () => {
    await stack.request("dana", "commerce/orders-sync");
    await open();
    await press("turn_off_workflow");
    await says(/1 request is open.\* It lives on/);
    await submit();
    await says(/stays open until it is promoted or cancelled/);
    expect(await row()).toContain("⚪ *Off*");
    await press("turn_on_workflow");
    await title("Configure Workflow");
    await says(/Save turns \*Environment Promotion\* on/);
    await stack.slack.closeView(stack.id("ada"));
    expect(await row()).toContain("⚪ *Off*");
    await press("turn_on_workflow");
    await title("Configure Workflow");
    await says(/1 open request follows the new settings/);
    await submit();
    await says(/Saved. 1 open request follows the new settings./);
    expect(await row()).toContain("🟢 *On*");
  });

  test("edited while it is off, it stays off", async () => {
    await open();
    await press("turn_off_workflow");
    await title("Turn Off");
    await submit();
    expect(await row()).toContain("⚪ *Off*");
    await press("edit_workflow");
    await title("Configure Workflow");
    await submit({ pick_rules: ["comment"] });
    expect(await row()).toContain("⚪ *Off*");
    await press("turn_on_workflow");
    await title("Configure Workflow");
    await submit({ pick_rules: [] });
    expect(await row()).toContain("🟢 *On*");
  });

  test("R4: Save names the requests that nobody can decide now, and their cards follow", async () => {
    await configure();
    await choose(
      "pick_workflow_roles",
      ["Release Managers", "Admin"].map((role) => optionOf("pick_workflow_roles", role)),
    );
    await choose("pick_approvals", "3");
    await says(/1 open request follows the new settings\.(?! Nobody)/);
    await choose("pick_assignees", [stack.id("bob"), stack.id("carol")]);
    await says(/Nobody could then decide #\d+/);
    await choose("pick_approvals", "1");
    await choose("pick_assignees", [stack.id("ada"), stack.id("bob")]);
    await submit();
    await says(/Saved\. 1 open request follows/);
    await stack.settle();
    expect(textOf(stack.cardOf("carol"))).toContain("You can no longer review this request.");
    expect(textOf(stack.cardOf("ada", "approve_request"))).toContain("Orders Sync");
  });

  test("R10: turned off with cancelling, the open requests are cancelled and their requesters told why", async () => {
    await open();
    await press("turn_off_workflow");
    await title("Turn Off");
    await submit({ cancel_open_input: ["yes"] });
    await says(/1 open request is being cancelled/);
    await stack.settle();
    expect(stack.texts("dana").at(-1)).toMatch(/was cancelled by Ada Admin/);
    expect(stack.texts("dana").at(-1)).toContain("workflow turned off");
  });

  test("two admins at once: who turns it off second is told what changed", async () => {
    await configure();
    await submit();
    await stack.reseed((seed) => {
      seed.roles[0] = { name: "Admin", members: ["ada@acme.example", "bob@acme.example"] };
    });
    await closeAll();
    await open();
    await press("turn_off_workflow");
    await title("Turn Off");
    await configure("bob");
    await submit({ pick_rules: ["comment"] }, "bob");
    await submit();
    await says(/Bob Reviewer changed this while you were editing/);
    await title("Turn Off");
    await submit();
    expect(await row()).toContain("⚪ *Off*");
    await press("turn_on_workflow");
    await title("Configure Workflow");
    await submit({ pick_rules: [] });
    await stack.reseed(() => undefined);
  });
});

describe("where cards go", () => {
  test.each([
    ["CARC", "#old-releases is archived. Choose another channel."],
    [
      "CEXT",
      "#with-partner is shared with other organizations, who would see the cards. Choose another channel.",
    ],
    ["CTHR", "#questions takes replies in threads only, and a card starts a thread. Choose another channel."],
    ["CFRO", "#last-year is frozen, so nobody can post there. Choose another channel."],
    [
      "CORG",
      "#whole-company is shared with other organizations, who would see the cards. Choose another channel.",
    ],
    [
      "COUT",
      "Signoff is not in #elsewhere, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.",
    ],
    [
      "GPRIV",
      "Signoff is not in this channel, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.",
    ],
  ])("a channel that cannot be used (%s) is refused, at the choice and at Save", async (channel, words) => {
    await configure();
    await choose("pick_cards_to", "channel");
    await says(/Reviewers who are not get their card directly|Channel/);
    await vi.waitFor(() => expect(JSON.stringify(stack.modal("ada").blocks)).toContain("pick_channel"));
    await choose("pick_channel", channel);
    await vi.waitFor(() => expect(stack.modalText("ada")).toContain(words));
    await submit();
    expect(errors()).toEqual([words]);
  });

  test("Slack that does not answer about the channel is no reason to believe it", async () => {
    await configure();
    await choose("pick_cards_to", "channel");
    await vi.waitFor(() => expect(JSON.stringify(stack.modal("ada").blocks)).toContain("pick_channel"));
    stack.slack.faults.fail("conversations.info", { error: "internal_error" });
    await submit({ pick_channel: "CREL" });
    expect(errors()).toEqual(["Slack did not say whether Signoff can post there. Try again in a moment."]);
    stack.slack.faults.clear();
    await submit();
    expect(await row()).toContain("cards go to #releases");
  });
});
