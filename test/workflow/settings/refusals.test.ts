import type { WebClient } from "@slack/web-api";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { people } from "../../../sandbox/people.ts";
import type { MemberStatus } from "../../../src/domain/people/people.ts";
import { checkChannel } from "../../../src/slack/client/check-channel.ts";
import { refusalWords } from "../../../src/slack/words/refusals.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

beforeEach(async () => {
  await stack.reseed(() => undefined);
  await stack.settle();
});

afterEach(async () => {
  const { slack } = stack;
  slack.faults.clear();
  for (const name of stack.people)
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
  expect(slack.violations).toEqual([]);
});

const stands = (name: string, status: MemberStatus) => stack.stands(name, status);
const submit = (name: string, values: Record<string, string | string[]> = {}) =>
  stack.slack.submit(stack.id(name), values);
const errors = (name: string) => Object.values(stack.modal(name).errors);
const expectLastEphemeral = (name: string, words: string) =>
  eventually(() => expect(stack.lastEphemeral(name)).toBe(words));
const says = (name: string, words: string) =>
  eventually(() => expect(stack.modalText(name)).toContain(words));
const title = (name: string, words: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(words));

const outsiders: [MemberStatus, string][] = [
  ["guest", "Guests"],
  ["bot", "Bots"],
  ["deactivated", "Deactivated members"],
  ["stranger", "People from other workspaces"],
];
const noAccess = (who: string) =>
  `${who} can't use Signoff. Only full members of this workspace can. If you need access, ask Ada Admin.`;

/** Clicks a button in an older message in a channel. */
async function pressOld(name: string, actionId: string, number: number): Promise<void> {
  const { workspace } = stack.slack;
  const channel = [...workspace.channels.values()].find((one) => one.name === "general")?.id as string;
  const text = { type: "plain_text", text: "Go" };
  const elements = [{ type: "button", action_id: actionId, value: String(number), text }];
  const blocks = [{ type: "actions", elements }];
  const message = workspace.post({ channel, user: workspace.bot.userId, text: "Old", blocks });
  await stack.slack.click(stack.id(name), message, { actionId });
}

describe("R13: asking for a promotion", () => {
  const open = async (name: string) => {
    expect((await stack.slack.command(stack.id(name), "/promote orders-sync")).error).toBeUndefined();
    await title(name, "Request Approval");
  };

  test("R14: somebody of whom Slack says nothing is told to try again", async () => {
    stack.slack.faults.fail("users.info", { status: 503 }, 20);
    await stack.slack.command(stack.id("sam"), "/promote orders-sync");
    await expectLastEphemeral(
      "sam",
      "Signoff does not know you yet. Try again in a minute. If this stays, ask Ada Admin.",
    );
    stack.slack.faults.clear();
    await open("sam");
  });

  test.each(outsiders)(
    "R14: a %s is told at once, and when they submit what they could before",
    async (status, who) => {
      await stands("sam", "active");
      await open("sam");
      await stands("sam", status);
      await submit("sam");
      await says("sam", noAccess(who));
      await stack.slack.closeView(stack.id("sam"));
      await stack.slack.command(stack.id("sam"), "/promote orders-sync");
      await expectLastEphemeral("sam", noAccess(who));
      expect(stack.slack.topView(stack.id("sam"))).toBeUndefined();
      await stands("sam", "active");
    },
  );

  test("R2: an environment that comes first by now has nothing before it", async () => {
    await open("dana");
    await stack.reseed(({ projects: [commerce] }) =>
      commerce?.environments.unshift(...commerce.environments.splice(1, 1)),
    );
    await submit("dana");
    expect(errors("dana")).toEqual([
      "Nothing can be promoted to Staging: no environment comes before it. An admin can add one.",
    ]);
  });

  test("R2: an environment that is not in the pipeline any more", async () => {
    await open("dana");
    await stack.reseed(({ projects: [commerce] }) =>
      Object.assign(commerce?.environments[1] ?? {}, { archived: true }),
    );
    await submit("dana");
    expect(errors("dana")).toEqual(["This environment is not in the pipeline any more. Choose another one."]);
  });
});

describe("R13: a request that is not there", () => {
  const actions = ["approve_request", "open_reject", "open_details", "promote_request", "open_cancel"];

  test.each(actions)("is said so, by %s", async (actionId) => {
    const before = stack.slack.ephemeralsFor(stack.id("bob")).length;
    await pressOld("bob", actionId, 9999);
    await eventually(() => expect(stack.slack.ephemeralsFor(stack.id("bob")).length).toBe(before + 1));
    expect(stack.lastEphemeral("bob")).toMatch(/^There is no such request in this workspace( any more)?\.$/);
  });
});

describe("R13: reviewing and promoting", () => {
  test("R7: a Reject in Review Details needs its comment too", async () => {
    await stack.reseed((seed) => Object.assign(seed.workflow?.options ?? {}, { commentOnReject: true }));
    await stack.request("dana", "inventory-feed");
    await stack.settle();
    await stack.press("bob", "open_details");
    await title("bob", "Review Details");
    await submit("bob", { verdict_input: "reject", comment_input: "  " });
    expect(stack.modal("bob").errors).toEqual({
      comment: "Say why: the workflow asks for a comment on Reject.",
    });
    await submit("bob", { verdict_input: "approve" });
    await stack.settle();
    expect(textOf(stack.cardOf("dana"))).toContain("approved");
  });

  test.each(outsiders)("R14: a %s cannot promote what they had asked for", async (status, who) => {
    const number = Number(/^#(\d+)/.exec(stack.cardOf("dana", "promote_request").text)?.[1]);
    await stands("dana", status);
    await pressOld("dana", "promote_request", number);
    await expectLastEphemeral("dana", noAccess(who));
    await stands("dana", "active");
  });
});

test("R1: what was promoted without a review, and failed, is not tried again where one is needed by now", async () => {
  await stack.reseed((seed) => Object.assign(seed.workflow ?? {}, { enabled: false }));
  await stack.request("dana", "finance/tax-reports");
  await stack.settle();
  const number = Number(/#(\d+)/.exec(stack.texts("dana").at(-1) ?? "")?.[1]);
  await stack.database.database.sql`
    update requests set state = 'failed', attempt_outcome = 'failed', closed_at = null, expires_at = now() + interval '1 day'
    where number = ${number}`;
  await stack.reseed(() => undefined);
  await pressOld("dana", "promote_request", number);
  await expectLastEphemeral(
    "dana",
    `#${number} was made while no review was needed, and one is needed now. Cancel it and request approval.`,
  );
});

describe("R13: settings", () => {
  const settings = (name = "ada") => stack.slack.command(stack.id(name), "/promotion-settings");
  const admins = (...names: string[]) =>
    stack.reseed((seed) => {
      for (const role of seed.roles)
        if (role.name === "Admin") role.members = names.map((name) => `${name}@acme.example`);
    });
  /** Opens the form of a role. */
  const edit = async (role: string) => {
    await settings();
    await stack.pressModal("ada", "settings_roles");
    await says("ada", "New Role");
    const row = stack.modal("ada").blocks.find((one) => textOf({ blocks: [one] }).startsWith(`*${role}*`));
    const button = row?.accessory as { value: string } | undefined;
    await stack.pressModal("ada", "edit_role", button?.value);
    await title("ada", "Edit Role");
  };
  const notAdmin = "Only admins can change settings. Bob Reviewer can.";

  test("R6: a workflow without roles is said to need one, at the choice", async () => {
    await settings();
    await stack.pressModal("ada", "edit_workflow");
    await title("ada", "Configure Workflow");
    await stack.slack.choose(stack.id("ada"), "pick_workflow_roles", []);
    await says("ada", "Choose at least one role whose members review.");
  });

  test("the last active admin cannot be taken out, though the role keeps somebody who left", async () => {
    await admins("ada", "bob");
    await edit("Admin");
    await stands("bob", "deactivated");
    await submit("ada", { members_input: [stack.id("bob")] });
    expect(errors("ada")).toEqual([
      "Somebody must run Signoff: the last admin can't be removed. Add another one first.",
    ]);
    await stands("bob", "active");
  });

  test("a role that follows a user group by now keeps the members that it has from there", async () => {
    await edit("Finance Developers");
    // Does not change the role's version, so that the form does not look out of date.
    await stack.database.database.sql`update roles set group_id = 'S0CREW' where name = 'Finance Developers'`;
    await submit("ada", { members_input: [stack.id("sam")] });
    expect(errors("ada")).toEqual([
      "Its members are those of a Slack user group. Unbind it first to choose them here.",
    ]);
    await stack.database.database.sql`update roles set group_id = null`;
  });

  test("who is not an admin any more: saving a role", async () => {
    await edit("Finance Developers");
    await admins("bob");
    await submit("ada", { role_name: "Mine" });
    expect(errors("ada")).toEqual([notAdmin]);
  });

  test("who is not an admin any more: deleting a role", async () => {
    await edit("Finance Developers");
    await stack.pressModal("ada", "open_delete_role");
    await title("ada", "Delete Role");
    await admins("bob");
    await submit("ada");
    await says("ada", notAdmin);
  });

  test("who is not an admin any more: turning the workflow off", async () => {
    await settings();
    await stack.pressModal("ada", "turn_off_workflow");
    await title("ada", "Turn Off");
    await admins("bob");
    await submit("ada");
    await eventually(() => expect(stack.modalText("ada") + errors("ada").join()).toContain(notAdmin));
  });

  test.each(["edit_workflow", "turn_off_workflow"])("who is not an admin any more: %s", async (actionId) => {
    await settings();
    await admins("bob");
    await stack.pressModal("ada", actionId);
    await says("ada", notAdmin);
  });

  test("who is not an admin any more sees nothing of the settings in the App Home", async () => {
    await stack.openHome("ada");
    await stack.pressHome("ada", "go_settings");
    await eventually(() => expect(stack.homeText("ada")).toContain("Environment Promotion"));
    await admins("bob");
    await stack.pressHome("ada", "settings_roles");
    await eventually(() => expect(stack.homeText("ada")).not.toContain("Environment Promotion"));
    expect(stack.homeText("ada")).not.toContain("New Role");
  });
});

test("R13: where nobody is an admin, the workspace's owners are named as those who can make one", async () => {
  const plain = people.map(({ isAdmin: _admin, isOwner: _owner, ...person }) => person);
  const empty = await startTestStack({ empty: true, people: plain });
  await empty.slack.command(empty.id("dana"), "/promotion-settings");
  expect(empty.lastEphemeral("dana")).toBe(
    "Only admins can change settings. The workspace's owners can make one.",
  );
  await empty.stop();
});

test.each([
  [
    { name: "news", is_member: true, is_read_only: true },
    "Signoff may not post in #news. Choose another channel.",
  ],
  [
    { name: "deal", is_member: true, is_pending_ext_shared: true },
    "#deal is shared with other organizations, who would see the cards. Choose another channel.",
  ],
  [
    { name: "mpdm", is_mpim: true },
    "Signoff is not in this channel, so it can't post there. Invite it with /invite @Signoff, then choose the channel again.",
  ],
])("R13: a channel of which Slack says %o is refused", async (channel, words) => {
  const client = { conversations: { info: async () => ({ ok: true, channel }) } } as unknown as WebClient;
  const checked = await checkChannel(client, "C1");
  if (checked.ok) throw new Error("It is not refused");
  expect(refusalWords({ code: "channel-unusable", why: checked.why, name: checked.name })).toBe(words);
});
