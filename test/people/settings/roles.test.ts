import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { everybody, workspace } from "../../catalog/settings/people.ts";
import { startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ people: everybody, slack: workspace });
});

afterAll(() => stack?.stop());

const closeAll = async () => {
  for (const name of ["ada", "bob"])
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
};

beforeEach(() => stack.reseed(() => undefined));

afterEach(async () => {
  expect(stack.slack.violations).toEqual([]);
  await closeAll();
});

const ids = (...names: string[]) => names.map((name) => stack.id(name));
const press = (actionId: string, value?: string, name = "ada") => stack.pressModal(name, actionId, value);
const submit = (values: Record<string, string | string[]> = {}, name = "ada") =>
  stack.slack.submit(stack.id(name), values);
const says = (words: string | RegExp, name = "ada") =>
  vi.waitFor(() => expect(stack.modalText(name)).toMatch(words), { timeout: 5000 });
const title = (words: string, name = "ada") =>
  vi.waitFor(() => expect(stack.modal(name).title).toMatchObject({ text: words }), { timeout: 5000 });
const errors = (name = "ada") => Object.values(stack.modal(name).errors);

/** Opens Settings › Roles. */
const open = async (name = "ada") => {
  await stack.slack.command(stack.id(name), "/promotion-settings");
  await press("settings_roles", undefined, name);
  await says(/New Role/, name);
};

const roleId = (role: string, name = "ada") => {
  const found = stack.modal(name).blocks.find((block) => textOf({ blocks: [block] }).startsWith(`*${role}*`));
  const button = found?.accessory as { value: string } | undefined;
  if (button === undefined) throw new Error(`There is no role ${role}: ${stack.modalText(name)}`);
  return button.value;
};

/** Opens the form of a role. */
const edit = async (role: string, name = "ada") => {
  await open(name);
  await press("edit_role", roleId(role, name), name);
  await title("Edit Role", name);
};

const create = async (name: string, people: string[] = []) => {
  await open();
  await press("create_role");
  await title("New Role");
  await submit({ role_name: name, members_input: ids(...people) });
  await vi.waitFor(() => roleId(name), { timeout: 5000 });
};

const optionOf = (actionId: string, text: string, name = "ada") => {
  type Element = { action_id?: string; options?: { text: { text: string }; value: string }[] } | undefined;
  const elements = stack.modal(name).blocks.map((block) => block.element as Element);
  const element = elements.find((one) => one?.action_id === actionId);
  const found = element?.options?.find((option) => option.text.text === text);
  if (found === undefined) throw new Error(`${actionId} offers no ${text}`);
  return found.value;
};

const picked = (name = "ada") => JSON.stringify(stack.modal(name).values);

describe("roles and their members", () => {
  test("a role is created with its first members, and appears in the list", async () => {
    await create("Night Shift", ["dana", "sam"]);
    await says(/\*Night Shift\*\n2 members · whole organization/);
  });

  test("its members are chosen for one place after the other", async () => {
    await create("Weekend", ["dana"]);
    await press("edit_role", roleId("Weekend"));
    await title("Edit Role");
    await stack.slack.choose(stack.id("ada"), "pick_role_scope", optionOf("pick_role_scope", "Commerce"));
    await says(/Also held for the whole organization: Dana Developer/);
    expect(picked()).not.toContain(stack.id("dana"));
    await submit({ members_input: ids("bob", "carol"), role_name: "Weekends" });
    await says(/\*Weekends\*\n3 members · whole organization 1, Commerce 2/);
    await press("edit_role", roleId("Weekends"));
    await title("Edit Role");
    await stack.slack.choose(stack.id("ada"), "pick_role_scope", optionOf("pick_role_scope", "Commerce"));
    await vi.waitFor(() => expect(picked()).toContain(stack.id("carol")));
    await submit({ members_input: [] });
    await says(/\*Weekends\*\n1 member · whole organization/);
  });

  test.each([
    ["gus", "Gus Guest is a guest: only full members can hold a role."],
    ["buildbot", "Build Bot is a bot: only people can hold a role."],
    ["del", "Del Departed is deactivated and can't hold a role."],
    ["stranger", "Stella Stranger is from another workspace: only members of this one can hold a role."],
  ])("R4: %s cannot be added, and it is said why; nothing typed is lost", async (who, words) => {
    await edit("Finance Developers");
    await submit({ members_input: ids("dana", who), role_name: "Finance People" });
    expect(errors()).toEqual([words]);
    expect(picked()).toContain("Finance People");
    await submit({ members_input: ids("dana") });
    await says(/\*Finance People\*/);
    await edit("Finance People");
    await submit({ role_name: "Finance Developers" });
  });

  test("a person who cannot be looked up in Slack is not added, and the form says so", async () => {
    await open();
    await press("create_role");
    await title("New Role");
    stack.slack.faults.fail("users.info", { status: 503 }, 5);
    await submit({ role_name: "Ghosts", members_input: ids("mute") });
    expect(errors()).toEqual([
      `${stack.id("mute")} could not be looked up in Slack just now: try again in a moment.`,
    ]);
    stack.slack.faults.clear();
    await submit();
    await says(/\*Ghosts\*\n1 member/);
  });

  test("a name that is taken is refused on its field", async () => {
    await open();
    await press("create_role");
    await title("New Role");
    await submit({ role_name: "release managers" });
    expect(errors()).toEqual(["There is one called Release Managers already. Choose another name."]);
    await submit({ role_name: "   " });
    expect(errors()).toEqual(["A role needs a name."]);
  });

  test("names come to no life in the list", async () => {
    await open();
    await press("create_role");
    await title("New Role");
    await submit({ role_name: "<!channel> & co" });
    await says(/\*&lt;!channel&gt; &amp; co\*/);
  });

  test("two admins at once: the second Save shows what changed and by whom, and keeps the input", async () => {
    await create("Shared", ["dana"]);
    await edit("Admin");
    await submit({ members_input: ids("ada", "bob") });
    await edit("Shared", "ada");
    await edit("Shared", "bob");
    await submit({ members_input: ids("dana", "carol") }, "bob");
    await submit({ members_input: ids("sam"), role_name: "Ours" });
    await says(/Bob Reviewer changed this while you were editing/);
    await says(/Members for the whole organization: Carol Reviewer and Dana Developer/);
    expect(picked()).toMatch(/Ours.*/);
    expect(picked()).toContain(stack.id("sam"));
    await submit();
    await says(/\*Ours\*\n1 member/);
  });
});

describe("Admin", () => {
  test("the last admin cannot be removed", async () => {
    await edit("Admin");
    await submit({ members_input: ids("gus") });
    expect(errors()).toEqual(["Gus Guest is a guest: only full members can hold a role."]);
    stack.slack.fill(stack.id("ada"), "members_input", [] as never);
    await submit();
    // Slack's client does not submit an empty field.
    expect(errors()).toEqual(["Please complete this required field."]);
  });

  test("an admin adds another one, who then may; it has no name to change, no place and no group", async () => {
    await edit("Admin");
    expect(stack.modalText("ada")).not.toMatch(/Where|User Group|Delete/);
    await submit({ members_input: ids("ada", "sam") });
    await stack.slack.command(stack.id("sam"), "/promotion-settings");
    expect(stack.modalText("sam")).toContain("Environment Promotion");
    await stack.slack.closeView(stack.id("sam"));
  });
});

describe("deleting", () => {
  const remove = async (role: string) => {
    await edit(role);
    await press("open_delete_role");
    await title("Delete Role");
    await submit();
  };

  test("a role that the workflow uses is not deleted, and it is said what uses it", async () => {
    await remove("Release Managers");
    await says("This role is in use by Environment Promotion. Take it out there first.");
  });

  test("a role that a project's requesters must hold is not deleted either", async () => {
    await remove("Finance Developers");
    await says("This role is in use by Finance. Take it out there first.");
  });

  test("one that nothing uses is deleted, after one more question", async () => {
    await create("Passing", ["dana"]);
    await press("edit_role", roleId("Passing"));
    await title("Edit Role");
    await press("open_delete_role");
    await title("Delete Role");
    await press("back_to_role");
    await title("Edit Role");
    await press("open_delete_role");
    await title("Delete Role");
    await submit();
    await vi.waitFor(() => expect(stack.modalText("ada")).not.toContain("Passing"));
  });

  test("the form says that the role was deleted in the meantime", async () => {
    await create("Fleeting");
    await edit("Admin");
    await submit({ members_input: ids("ada", "bob") });
    await edit("Fleeting", "ada");
    await edit("Fleeting", "bob");
    await press("open_delete_role", undefined, "bob");
    await title("Delete Role", "bob");
    await submit({}, "bob");
    await submit({ role_name: "Lasting" });
    expect(errors()).toEqual(["This role does not exist any more."]);
  });
});

describe("user groups", () => {
  test("a role is bound to a user group, filled at once, and let go with the people it has", async () => {
    await create("Crew");
    await press("edit_role", roleId("Crew"));
    await title("Edit Role");
    await press("open_role_group");
    await title("User Group");
    await submit({
      pick_group: optionOf("pick_group", "Release crew (@release-crew)"),
      group_projects_input: [optionOf("group_projects_input", "Commerce")],
    });
    await says(/\*Crew\*\n2 members · Commerce · follows <!subteam\^S0CREW> for Commerce/);
    await press("edit_role", roleId("Crew"));
    await says(/Follows <!subteam\^S0CREW>, for Commerce.\nBob Reviewer and Carol Reviewer/);
    expect(JSON.stringify(stack.modal("ada").blocks)).not.toContain("members_input");
    await press("open_role_group");
    await title("User Group");
    await press("unbind_role");
    await title("Edit Role");
    await vi.waitFor(() => expect(picked()).toContain(stack.id("carol")));
    await stack.slack.closeView(stack.id("ada"));
    await says(/\*Crew\*\n2 members · Commerce(?! ·)/);
  });

  test("two admins at once: the second one to link it sees what changed, and can link it then", async () => {
    await create("Crew 2");
    await edit("Admin");
    await submit({ members_input: ids("ada", "bob") });
    await edit("Crew 2");
    await press("open_role_group");
    await title("User Group");
    await edit("Crew 2", "bob");
    await submit({ role_name: "Crew Two" }, "bob");
    await submit({ pick_group: optionOf("pick_group", "Release crew (@release-crew)") });
    await says(/Bob Reviewer changed this while you were editing/);
    await says(/Name: Crew Two/);
    await submit();
    await says(/\*Crew Two\*\n2 members · whole organization · follows/);
  });

  test("when Slack does not list the groups, it is said and nothing is lost", async () => {
    await edit("Finance Developers");
    stack.slack.faults.fail("usergroups.list", { status: 503 });
    await press("open_role_group");
    await says(/Slack did not list the user groups just now/);
    await stack.slack.closeView(stack.id("ada"));
    await title("Edit Role");
  });
});

describe("in the App Home", () => {
  test("the same settings: a role is created there, and the Home is redrawn", async () => {
    await stack.openHome("ada");
    await stack.pressHome("ada", "go_settings");
    await vi.waitFor(() => expect(stack.homeText("ada")).toContain("Environment Promotion"));
    await stack.pressHome("ada", "settings_roles");
    await vi.waitFor(() => expect(stack.homeText("ada")).toContain("New Role"));
    await stack.pressHome("ada", "create_role");
    await title("New Role");
    await submit({ role_name: "Home Made" });
    await vi.waitFor(() => expect(stack.homeText("ada")).toContain("*Home Made*"), { timeout: 5000 });
  });
});
