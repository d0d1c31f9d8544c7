import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
let built = 0;
let passedMs = 0;

beforeAll(async () => {
  stack = await startTestStack({ now: () => new Date(Date.now() + passedMs) });
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const { slack } = stack;
  for (const name of ["dana", "bob", "carol", "sam", "ada"])
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
  expect(slack.violations).toEqual([]);
});

/** Makes a new build live and requests its promotion. Returns the request's number. */
async function ask(message = "", path = "commerce/orders-sync"): Promise<number> {
  built += 1;
  await stack.setLive(path, { development: `3.0.${built}` });
  await stack.request("dana", path, message);
  return Number(/^#(\d+)/.exec(stack.cardOf("dana").text)?.[1]);
}

async function approved(message = ""): Promise<number> {
  const number = await ask(message);
  await click("bob", number, "approve_request");
  await stack.app.idle();
  return number;
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

const submit = (name: string, values: Record<string, string> = {}) =>
  stack.slack.submit(stack.id(name), values);

/** Returns the subjects of the emails to a person about a request, oldest first. */
async function mailsTo(address: string, number: number): Promise<string[]> {
  const all = (await stack.mail.inbox()).reverse();
  return all
    .filter(({ to, subject }) => to === `${address}@acme.example` && subject.includes(`#${number}`))
    .map(({ subject }) => subject);
}

describe("the requester's own card", () => {
  test("follows the request from waiting to promoted, with the buttons of each state", async () => {
    const number = await ask("Please");
    const { ts } = stack.cardFor("dana", number);
    expect(says("dana", number)).toContain("Waiting for review");
    expect(says("dana", number)).toContain("Can review: Bob Reviewer and Carol Reviewer");
    expect(actions(stack.cardFor("dana", number))).toEqual(["open_cancel", "open_details"]);
    await click("carol", number, "approve_request");
    await stack.app.idle();
    expect(says("dana", number)).toContain("Approved by Carol Reviewer");
    expect(actions(stack.cardFor("dana", number))).toEqual([
      "promote_request",
      "open_cancel",
      "open_details",
    ]);
    await click("dana", number, "promote_request");
    await stack.app.idle();
    expect(says("dana", number)).toContain(`Promoted: 3.0.${built} is live in Staging`);
    expect(says("bob", number)).toContain(`Promoted: 3.0.${built} is live in Staging`);
    expect(actions(stack.cardFor("dana", number))).toEqual(["open_details"]);
    expect(stack.cardFor("dana", number).ts).toBe(ts);
    const messages = stack
      .texts("dana")
      .filter((text) => text.includes(`#${number} `) && !text.startsWith("#"));
    expect(messages.map((text) => text.split("\n")[0])).toEqual([
      expect.stringContaining(`Carol Reviewer approved #${number}`),
      expect.stringContaining(`#${number} is promoted: Orders Sync 3.0.${built} is live in Staging.`),
    ]);
    const mails = await mailsTo("dev", number);
    expect(mails).toHaveLength(2);
    expect(mails[0]).toMatch(/approved/i);
    expect(mails[1]).toMatch(/promoted/i);
    expect(await mailsTo("bob", number)).toHaveLength(1);
  });

  test("rejected: a message and an email with the comment", async () => {
    const number = await ask();
    await click("bob", number, "open_reject");
    await opened("bob", `Reject #${number}`);
    await submit("bob", { comment_input: "Wrong branch" });
    await stack.app.idle();
    expect(says("dana", number)).toContain("Rejected by Bob Reviewer");
    expect(stack.texts("dana").at(-1)).toContain("Wrong branch");
    expect(await mailsTo("dev", number)).toEqual([expect.stringMatching(/rejected/i)]);
  });
});

describe("R9: Promote", () => {
  test("two simultaneous clicks deploy once, and the second gets a message", async () => {
    const number = await approved();
    const card = structuredClone(stack.cardFor("dana", number));
    await Promise.all(
      [1, 2].map(() => stack.slack.click(stack.id("dana"), card, { actionId: "promote_request" })),
    );
    await expectLastEphemeral("dana", new RegExp(`^#${number} can't be promoted: promot`));
    await stack.app.idle();
    const [counted] = await stack.database.database.sql<{ count: number }[]>`
      select count(*)::int from deployments where request_number = ${number}`;
    expect(counted?.count).toBe(1);
    expect(
      stack.texts("dana").filter((text) => text.includes(`#${number} `) && text.includes("is promoted")),
    ).toHaveLength(1);
  });

  test("another person who can request promotes it from Review Details", async () => {
    const number = await approved();
    await stack.slack.command(stack.id("sam"), "/promote orders-sync");
    await stack.slack.clickView(stack.id("sam"), { actionId: "open_details" });
    await opened("sam", "Review Details");
    await stack.slack.clickView(stack.id("sam"), { actionId: "promote_request" });
    await stack.app.idle();
    await eventually(() => expect(stack.modalText("sam")).toMatch(/Promot(ing|ed)/));
    expect(says("dana", number)).toContain("Promoted: ");
  });

  test("what changed since the request is named, and Promote Anyway brings exactly the approved build", async () => {
    const number = await approved();
    const version = `3.0.${built}`;
    await stack.setLive("commerce/orders-sync", {
      development: `${version}-next`,
      staging: `${version}-hotfix`,
    });
    expect(says("dana", number)).toContain(
      `Development runs ${version}-next by now; this request is for ${version}`,
    );
    await click("dana", number, "promote_request");
    await opened("dana", `Promote #${number}?`);
    expect(stack.modalText("dana")).toContain(
      `In Development ${version}-next is live now; ${version} was approved.`,
    );
    expect(stack.modalText("dana")).toContain(`In Staging ${version}-hotfix is live now`);
    expect(stack.modal("dana").submit?.text).toBe("Promote Anyway");
    // A change between the question and the confirmation asks again.
    await stack.setLive("commerce/orders-sync", { staging: `${version}-hotfix-2` });
    await submit("dana");
    expect(stack.modalText("dana")).toContain(`In Staging ${version}-hotfix-2 is live now`);
    await submit("dana");
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    await stack.app.idle();
    expect(says("dana", number)).toContain(`Promoted: ${version} is live in Staging`);
  });

  test("R8: Promote Anyway after it was cancelled becomes the outcome's view", async () => {
    const number = await approved();
    await stack.setLive("commerce/orders-sync", { development: `3.1.${built}` });
    await click("dana", number, "promote_request");
    await opened("dana", `Promote #${number}?`);
    await click("bob", number, "open_cancel");
    await opened("bob", `Cancel #${number}`);
    await submit("bob", { reason_input: "Stop" });
    await submit("dana");
    expect(stack.modalText("dana")).toContain(`#${number} can't be promoted: cancelled by Bob Reviewer`);
    await stack.app.idle();
  });

  test("before it is approved it is refused, with who can review", async () => {
    const number = await ask();
    const card = structuredClone(stack.cardFor("dana", number));
    const [bar] = card.blocks.filter(({ type }) => type === "actions");
    const elements = bar?.elements as { action_id: string }[] | undefined;
    Object.assign(elements?.[0] ?? {}, { action_id: "promote_request" });
    const { workspace } = stack.slack;
    const copy = workspace.post({
      channel: card.channel,
      user: workspace.bot.userId,
      text: "",
      blocks: card.blocks,
    });
    await stack.slack.click(stack.id("dana"), copy, { actionId: "promote_request" });
    await expectLastEphemeral(
      "dana",
      `#${number} is not approved yet (0 of 1). Bob Reviewer and Carol Reviewer can.`,
    );
  });
});

describe("R10: Cancel Request", () => {
  test("the requester needs no reason; those who had not reviewed get an email, the requester none", async () => {
    const number = await ask();
    await click("dana", number, "open_cancel");
    await opened("dana", `Cancel #${number}`);
    await submit("dana");
    expect(stack.slack.topView(stack.id("dana"))).toBeUndefined();
    await stack.app.idle();
    for (const name of ["dana", "bob", "carol"]) {
      expect(says(name, number)).toContain("Cancelled by Dana Developer");
      expect(actions(stack.cardFor(name, number))).toEqual(["open_details"]);
    }
    expect(await mailsTo("bob", number)).toHaveLength(2);
    expect(await mailsTo("carol", number)).toHaveLength(2);
    expect(await mailsTo("dev", number)).toEqual([]);
    expect(
      stack.texts("dana").filter((text) => text.includes(`#${number} `) && text.includes("was cancelled")),
    ).toEqual([]);
  });

  test("a reviewer after the approval needs a reason, which everyone sees", async () => {
    const number = await approved();
    expect(actions(stack.cardFor("carol", number))).toEqual(["open_details", "open_cancel"]);
    await click("carol", number, "open_cancel");
    await opened("carol", `Cancel #${number}`);
    expect((await submit("carol")).error).toBe("input_invalid");
    await submit("carol", { reason_input: "  " });
    expect(stack.modal("carol").errors).toEqual({
      reason: "Say why you cancel it: everyone who was asked will see the reason.",
    });
    await submit("carol", { reason_input: "Freeze until Monday" });
    await stack.app.idle();
    for (const name of ["dana", "bob", "carol"]) {
      expect(says(name, number)).toContain("Cancelled by Carol Reviewer");
      expect(says(name, number)).toContain("Freeze until Monday");
    }
    expect(stack.texts("dana").at(-1)).toContain("was cancelled by Carol Reviewer");
    expect(await mailsTo("dev", number)).toEqual([
      expect.stringMatching(/approved/i),
      expect.stringMatching(/cancelled/i),
    ]);
  });

  test("R8: after it was promoted, the modal becomes the outcome's view and keeps the reason", async () => {
    const number = await approved();
    await click("carol", number, "open_cancel");
    await opened("carol", `Cancel #${number}`);
    await click("dana", number, "promote_request");
    await stack.app.idle();
    await submit("carol", { reason_input: "Wait!" });
    expect(stack.modalText("carol")).toContain(`#${number} can't be cancelled: promoted`);
    expect(stack.modalText("carol")).toContain("Not sent. What you wrote\nWait!");
  });

  test("from Review Details, the details beneath show what became of it", async () => {
    const number = await ask();
    await click("dana", number, "open_details");
    await opened("dana", "Review Details");
    await stack.slack.clickView(stack.id("dana"), { actionId: "open_cancel" });
    await opened("dana", `Cancel #${number}`);
    await submit("dana", { reason_input: "Changed my mind" });
    await opened("dana", "Review Details");
    await eventually(() => expect(stack.modalText("dana")).toContain(`Cancelled by <@${stack.id("dana")}>`));
    expect(stack.modalText("dana")).toContain("Changed my mind");
    await stack.app.idle();
  });
});

describe("R11: time", () => {
  test("an undecided request expires on time, on every card, with a message and emails", async () => {
    const number = await ask();
    const card = structuredClone(stack.cardFor("bob", number));
    passedMs += 7 * 86_400_000 + 1000;
    // The job has not run yet, so the click finds an expired request.
    await stack.slack.click(stack.id("bob"), card, { actionId: "open_reject" });
    await expectLastEphemeral("bob", `#${number} is not waiting for review any more: expired`);
    expect(await expireOverdue(stack.app.context)).toBe(1);
    await stack.app.idle();
    for (const name of ["dana", "bob", "carol"]) {
      expect(says(name, number)).toContain("Expired: nobody decided in time");
      const again = name === "dana" ? ["request_again"] : [];
      expect(actions(stack.cardFor(name, number))).toEqual([...again, "open_details"]);
    }
    expect(stack.texts("dana").at(-1)).toContain(`#${number} `);
    expect(stack.texts("dana").at(-1)).toContain("expired: nobody decided in time");
    expect(await mailsTo("dev", number)).toEqual([expect.stringMatching(/expired/i)]);
    expect(await mailsTo("carol", number)).toHaveLength(2);
  });

  test("an approved request that nobody promotes expires, and Promote is refused", async () => {
    const number = await approved();
    const card = structuredClone(stack.cardFor("dana", number));
    passedMs += 3 * 86_400_000 + 1000;
    await stack.slack.click(stack.id("dana"), card, { actionId: "promote_request" });
    await expectLastEphemeral("dana", `#${number} can't be promoted: expired: nobody promoted it in time`);
    await expireOverdue(stack.app.context);
    await stack.app.idle();
    expect(says("dana", number)).toContain("Expired: nobody promoted it in time");
    expect(says("bob", number)).toContain("Expired: nobody promoted it in time");
    expect(await mailsTo("dev", number)).toEqual([
      expect.stringMatching(/approved/i),
      expect.stringMatching(/expired/i),
    ]);
  });

  test("R3: an expired request holds no place, whether or not the job has run", async () => {
    await ask();
    passedMs += 7 * 86_400_000 + 1000;
    await stack.request("dana", "orders-sync", "Again");
    expect(stack.texts("bob").at(-1)).toContain("Again");
  });
});
