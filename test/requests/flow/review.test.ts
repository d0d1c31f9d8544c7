import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
/** How far the bot's clock is ahead, so that its data about people becomes stale. */
let aheadMs = 0;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + aheadMs) });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const { slack } = stack;
  for (const name of ["dana", "bob", "carol", "sam", "ada"])
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
  expect(slack.violations).toEqual([]);
});

/** Makes a new build live and requests its promotion. Returns the request's number. */
async function ask(message = "", name = "dana", path = "commerce/orders-sync"): Promise<number> {
  built += 1;
  await stack.setLive(path, { development: `2.0.${built}` });
  await stack.request(name, path, message);
  return Number(/^#(\d+)/.exec(stack.cardOf(name).text)?.[1]);
}

const click = (name: string, number: number, actionId: string) =>
  stack.slack.click(stack.id(name), stack.cardFor(name, number), { actionId });

const actions = ({ blocks }: Pick<StandInMessage, "blocks">): string[] =>
  blocks
    .filter(({ type }) => type === "actions")
    .flatMap(({ elements }) => (elements as { action_id: string }[]).map((one) => one.action_id));

const says = (name: string, number: number) => textOf(stack.cardFor(name, number));

const expectLastEphemeral = (name: string, words: string | RegExp) =>
  eventually(() => expect(stack.lastEphemeral(name)).toMatch(words));

const opened = (name: string, title: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(title));

/** Clicks a button of another person's card, as if it were in a channel that both see. */
async function clickOn(name: string, owner: string, number: number, actionId: string) {
  const { workspace } = stack.slack;
  const { text, blocks } = stack.cardFor(owner, number);
  const channel = [...workspace.channels.values()].find((one) => one.name === "general")?.id as string;
  const copy = workspace.post({ channel, user: workspace.bot.userId, text, blocks: structuredClone(blocks) });
  await stack.slack.click(stack.id(name), copy, { actionId });
}

describe("Approve", () => {
  test("decides with one click, and every card is re-drawn in place", async () => {
    const number = await ask("Ready");
    const before = ["bob", "carol", "dana"].map((name) => stack.cardFor(name, number).ts);
    expect(says("bob", number)).toContain("Ready");
    expect(actions(stack.cardFor("bob", number))).toEqual(["approve_request", "open_reject", "open_details"]);
    expect(JSON.stringify(stack.cardFor("bob", number).blocks)).not.toContain('"confirm"');
    const started = Date.now();
    expect(await click("bob", number, "approve_request")).toMatchObject({ status: 200, body: "" });
    expect(Date.now() - started).toBeLessThan(3000);
    await stack.app.idle();
    for (const [i, name] of ["bob", "carol", "dana"].entries()) {
      const card = stack.cardFor(name, number);
      expect(card.ts).toBe(before[i]);
      expect(card.edited).toBeDefined();
      expect(textOf(card)).toContain("Approved by Bob Reviewer");
      // R7: blocks mention whoever decided, and the text for notifications names them.
      expect(textOf({ blocks: card.blocks })).toMatch(/Approved by <@\w+>\*? · <!date\^\d+\^/);
      expect(textOf({ blocks: card.blocks })).toContain(`Approved by <@${stack.id("bob")}>`);
      expect(card.text).not.toContain("<@");
      expect(actions(card)).not.toContain("approve_request");
      expect(actions(card)).not.toContain("open_reject");
    }
    expect(actions(stack.cardFor("dana", number))).toEqual([
      "promote_request",
      "open_cancel",
      "open_details",
    ]);
    expect(stack.slack.topView(stack.id("bob"))).toBeUndefined();
  });

  test("for a critical target Slack's confirm dialog names the environment first", async () => {
    await stack.request("dana", "inventory-feed production");
    const approve = JSON.stringify(stack.cardOf("bob").blocks);
    expect(approve).toContain("Approve for Production?");
    expect(approve).toContain("Inventory Feed 0.13.0 may then be promoted to Production.");
    await stack.press("bob", "approve_request");
    await stack.app.idle();
    expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer");
  });

  test("R8: another click reports success, and nobody is notified twice", async () => {
    const number = await ask();
    const card = structuredClone(stack.cardFor("bob", number));
    const target = { actionId: "approve_request" };
    const held = stack.slack.faults.hold("chat.update");
    await Promise.all([1, 2, 3].map(() => stack.slack.click(stack.id("bob"), card, target)));
    await expectLastEphemeral("bob", `Done: you had approved #${number} already.`);
    held.release();
    await stack.app.idle();
    const outcomes = stack.texts("dana").filter((text) => text.includes(`approved #${number} `));
    expect(outcomes).toHaveLength(1);
    const mails = (await stack.mail.inbox()).filter(
      ({ to, subject }) => to === "dev@acme.example" && subject.includes(`#${number}`),
    );
    expect(mails).toHaveLength(1);
  });

  test("R8: after another person decided, the person learns privately who", async () => {
    const number = await ask();
    const held = stack.slack.faults.hold("chat.update");
    await click("bob", number, "approve_request");
    await held.reached;
    await click("carol", number, "approve_request");
    await expectLastEphemeral(
      "carol",
      `#${number} is not waiting for review any more: approved by Bob Reviewer`,
    );
    await click("carol", number, "open_reject");
    await eventually(() => expect(stack.slack.ephemeralsFor(stack.id("carol"))).toHaveLength(2));
    expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
    held.release();
    await stack.app.idle();
    expect(says("carol", number)).toContain("Approved by Bob Reviewer");
    expect(says("carol", number)).not.toContain("Carol Reviewer ·");
  });
});

describe("Reject", () => {
  test("opens a small modal; its comment is on every card, in the requester's message and email", async () => {
    const number = await ask();
    await click("carol", number, "open_reject");
    await opened("carol", `Reject #${number}`);
    await stack.slack.submit(stack.id("carol"), { comment_input: "Not on a Friday & <!here>" });
    expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
    await stack.app.idle();
    for (const name of ["bob", "carol", "dana"]) {
      expect(says(name, number)).toContain("Rejected by Carol Reviewer");
      expect(says(name, number)).toContain("Not on a Friday & <!here>");
      expect(actions(stack.cardFor(name, number))).toEqual(["open_details"]);
    }
    expect(stack.texts("dana").at(-1)).toContain(`Carol Reviewer rejected #${number}`);
    expect(stack.texts("dana").at(-1)).toContain("Not on a Friday");
    const mail = (await stack.mail.inbox()).find(({ to }) => to === "dev@acme.example");
    expect(mail?.text).toContain("Not on a Friday & <!here>");
  });

  test("R7: where the workflow says so, it needs a comment: an error on its field", async () => {
    await stack.reseed((seed) => Object.assign(seed.workflow?.options ?? {}, { commentOnReject: true }));
    const number = await ask();
    await click("bob", number, "open_reject");
    await opened("bob", `Reject #${number}`);
    const empty = await stack.slack.submit(stack.id("bob"), { comment_input: "" });
    expect(empty.error).toBe("input_invalid");
    await stack.slack.submit(stack.id("bob"), { comment_input: "   " });
    expect(stack.modal("bob").errors).toEqual({
      comment: "Say why: the workflow asks for a comment on Reject.",
    });
    await stack.slack.submit(stack.id("bob"), { comment_input: "Because" });
    await stack.app.idle();
    expect(says("bob", number)).toContain("Rejected by Bob Reviewer");
    await stack.reseed(() => {});
  });

  test("R8: submitted after another person decided, it becomes the outcome's view and keeps the comment", async () => {
    const number = await ask();
    await click("carol", number, "open_reject");
    await opened("carol", `Reject #${number}`);
    await click("bob", number, "approve_request");
    await stack.app.idle();
    await stack.slack.submit(stack.id("carol"), { comment_input: "I took an hour to write this" });
    expect(stack.modal("carol").title?.text).toBe(`Request #${number}`);
    expect(stack.modal("carol").submit).toBeNull();
    expect(stack.modalText("carol")).toContain("approved by Bob Reviewer");
    expect(stack.modalText("carol")).toContain("Not sent. What you wrote\nI took an hour to write this");
    await stack.app.idle();
    expect(says("dana", number)).not.toContain("I took an hour");
  });

  test("R8: submitted twice at once, it is one rejection", async () => {
    const number = await ask();
    await click("carol", number, "open_reject");
    await opened("carol", `Reject #${number}`);
    stack.slack.fill(stack.id("carol"), "comment_input", "No");
    const both = await Promise.all([1, 2].map(() => stack.slack.submit(stack.id("carol"))));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(JSON.stringify(both)).toContain(`Done: you had rejected #${number} already.`);
    await stack.app.idle();
    expect(stack.texts("dana").filter((text) => text.includes(`rejected #${number} `))).toHaveLength(1);
  });
});

describe("Review Details", () => {
  test("shows everything and preselects neither verdict", async () => {
    const number = await ask("Look at the mapping");
    await click("bob", number, "open_details");
    await opened("bob", "Review Details");
    const words = stack.modalText("bob");
    for (const shown of [
      "Orders Sync",
      "Commerce",
      "Development → Staging",
      `2.0.${built}`,
      "Look at the mapping",
    ])
      expect(words).toContain(shown);
    expect(stack.modal("bob").values.verdict?.verdict_input?.selected_option ?? null).toBeNull();
    expect((await stack.slack.submit(stack.id("bob"))).error).toBe("input_invalid");
    await stack.slack.submit(stack.id("bob"), { verdict_input: "approve", comment_input: "Fine" });
    expect(stack.slack.topView(stack.id("bob"))).toBeUndefined();
    await stack.app.idle();
    expect(says("carol", number)).toContain("Approved by Bob Reviewer");
    expect(says("carol", number)).toContain("Fine");
    expect(stack.texts("dana").at(-1)).toContain("Fine");
  });

  test("R8: submitted too late, it becomes the outcome's view and keeps the comment", async () => {
    const number = await ask();
    await click("bob", number, "open_details");
    await opened("bob", "Review Details");
    await click("carol", number, "open_reject");
    await opened("carol", `Reject #${number}`);
    await stack.slack.submit(stack.id("carol"), { comment_input: "Mine was first" });
    await stack.slack.submit(stack.id("bob"), { verdict_input: "approve", comment_input: "Mine is lost?" });
    expect(stack.modalText("bob")).toContain("rejected by Carol Reviewer");
    expect(stack.modalText("bob")).toContain("Mine was first");
    expect(stack.modalText("bob")).toContain("Not sent. What you wrote\nMine is lost?");
    await stack.app.idle();
    expect(says("bob", number)).not.toContain("Mine is lost?");
  });

  test("R8: what the person had decided already is answered done", async () => {
    const number = await ask();
    await click("bob", number, "open_details");
    await opened("bob", "Review Details");
    await click("bob", number, "approve_request");
    await stack.slack.submit(stack.id("bob"), { verdict_input: "approve" });
    expect(stack.modalText("bob")).toContain(`Done: you had approved #${number} already.`);
    await stack.app.idle();
  });

  test("the requester sees it without a review to give, with the reason", async () => {
    const number = await ask();
    await click("dana", number, "open_details");
    await opened("dana", "Review Details");
    expect(stack.modal("dana").submit).toBeNull();
    expect(stack.modalText("dana")).toContain(
      "You are not a reviewer of Commerce. Bob Reviewer and Carol Reviewer can.",
    );
  });
});

describe("R7: two approvals", () => {
  beforeAll(() => stack.setOptions({ requiredApprovals: 2 }));
  afterAll(() => stack.reseed(() => {}));

  test("the first one is counted and shown, the second one decides", async () => {
    const number = await ask();
    expect(says("bob", number)).toMatch(/0 of 2/);
    await click("bob", number, "approve_request");
    await expectLastEphemeral("bob", `Done: your approval of #${number} counts. More are needed.`);
    await stack.app.idle();
    for (const name of ["bob", "carol", "dana"]) {
      expect(says(name, number)).toMatch(/1 of 2/);
      expect(says(name, number)).toContain(`Approved by <@${stack.id("bob")}>`);
    }
    expect(says("bob", number)).toContain("You approved. You can change your review");
    await click("bob", number, "approve_request");
    await expectLastEphemeral("bob", `Done: you had approved #${number} already.`);
    expect(says("bob", number)).toMatch(/1 of 2/);
    await click("carol", number, "approve_request");
    await stack.app.idle();
    expect(says("dana", number)).toContain("Approved by Carol Reviewer");
    expect(actions(stack.cardFor("dana", number))).toContain("promote_request");
  });

  test("an approver can still reject", async () => {
    const number = await ask();
    await click("bob", number, "approve_request");
    await stack.app.idle();
    await click("bob", number, "open_details");
    await opened("bob", "Review Details");
    expect(JSON.stringify(stack.modal("bob").blocks)).toContain(
      "You approved before; a new review takes its place.",
    );
    await stack.slack.submit(stack.id("bob"), {
      verdict_input: "reject",
      comment_input: "On second thought",
    });
    await stack.app.idle();
    expect(says("dana", number)).toContain("Rejected by Bob Reviewer");
    expect(says("dana", number)).not.toContain("Approved by Bob Reviewer");
  });

  test("R4: a person who lost the role loses the buttons, and a click in progress is answered", async () => {
    const number = await ask();
    const drawing = stack.slack.faults.hold("chat.update");
    const reseeded = stack.reseed((seed) => {
      Object.assign(seed.workflow?.options ?? {}, { requiredApprovals: 2 });
      const managers = seed.roles.find(({ name }) => name === "Release Managers");
      if (managers) managers.members = ["bob@acme.example", "ada@acme.example"];
    });
    await drawing.reached;
    await click("carol", number, "approve_request");
    await expectLastEphemeral(
      "carol",
      /You are not a reviewer of Commerce\. Ada Admin and Bob Reviewer can\./,
    );
    drawing.release();
    await reseeded;
    expect(actions(stack.cardFor("carol", number))).toEqual(["open_details"]);
    expect(says("carol", number)).toContain("You can no longer review this request.");
    await stack.reseed(() => undefined);
    await stack.setOptions({ requiredApprovals: 2 });
  });
});

describe("R13: a person who cannot act learns privately why, and who can", () => {
  const nobodyElse = ["approve_request", "open_reject"] as const;

  test.each(nobodyElse)("R5: the requester, though they hold the role, by %s", async (actionId) => {
    const number = await ask("", "bob");
    expect(
      stack.slack.messagesFor(stack.id("bob")).filter(({ text }) => text.includes(`#${number} `)),
    ).toHaveLength(1);
    await clickOn("bob", "carol", number, actionId);
    await expectLastEphemeral(
      "bob",
      `You asked for #${number}, so somebody else must review it. Carol Reviewer can.`,
    );
    expect(stack.slack.topView(stack.id("bob"))).toBeUndefined();
    await stack.app.idle();
    expect(says("carol", number)).not.toContain("Approved");
  });

  test.each(nobodyElse)("R4: a person without the role, by %s", async (actionId) => {
    const number = await ask();
    await clickOn("sam", "bob", number, actionId);
    await expectLastEphemeral(
      "sam",
      "You are not a reviewer of Commerce. Bob Reviewer and Carol Reviewer can.",
    );
    expect(stack.slack.topView(stack.id("sam"))).toBeUndefined();
  });

  test.each(nobodyElse)("R4: a person who holds the role for another project, by %s", async (actionId) => {
    await stack.request("dana", actionId === "open_reject" ? "finance/billing" : "finance/ledger-export");
    const number = Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
    expect(() => stack.cardFor("carol", number)).toThrow();
    await clickOn("carol", "bob", number, actionId);
    await expectLastEphemeral("carol", "You are not a reviewer of Finance. Bob Reviewer can.");
  });

  test("Review Details says it instead of the verdict", async () => {
    const number = await ask();
    await clickOn("sam", "bob", number, "open_details");
    await opened("sam", "Review Details");
    expect(stack.modal("sam").submit).toBeNull();
    expect(stack.modalText("sam")).toContain(
      "You are not a reviewer of Commerce. Bob Reviewer and Carol Reviewer can.",
    );
  });

  test("Promote and Cancel Request: in a project with requester roles, and for strangers to the request", async () => {
    await stack.request("dana", "finance/tax-reports");
    const number = Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
    await clickOn("sam", "dana", number, "open_cancel");
    await expectLastEphemeral("sam", `You can't cancel #${number}. Dana Developer or an admin can.`);
    await clickOn("bob", "bob", number, "approve_request");
    await stack.app.idle();
    await clickOn("sam", "dana", number, "promote_request");
    await expectLastEphemeral("sam", "In this project only Finance Developers can request and promote.");
    await clickOn("sam", "dana", number, "open_cancel");
    await expectLastEphemeral(
      "sam",
      `You can't cancel #${number}. Dana Developer, a reviewer or an admin can.`,
    );
    await stack.app.idle();
    expect(actions(stack.cardFor("dana", number))).toContain("promote_request");
  });

  test("R4, R13: a guest with the role learns that guests see nothing, and whom to ask", async () => {
    const number = await ask();
    const carol = [...stack.slack.workspace.people.values()].find(({ name }) => name === "carol");
    Object.assign(carol ?? {}, { isRestricted: true });
    aheadMs += 11 * 60_000;
    await click("carol", number, "approve_request");
    await expectLastEphemeral(
      "carol",
      "Guests can't use Signoff. Only full members of this workspace can. If you need access, ask Ada Admin.",
    );
    Object.assign(carol ?? {}, { isRestricted: false });
    aheadMs += 11 * 60_000;
    await click("carol", number, "approve_request");
    await stack.app.idle();
    expect(says("dana", number)).toContain("Approved by Carol Reviewer");
  });
});
