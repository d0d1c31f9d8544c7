import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import { everybody, workspace } from "../../catalog/settings/people.ts";
import { startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
let number = 0;

const integrations = [
  "commerce/orders-sync",
  "commerce/billing",
  "commerce/inventory-feed production",
  "finance/ledger-export",
  "finance/vendor-sync",
  "finance/tax-reports",
  "finance/billing",
];

/** Sets the workflow's channel to #releases, which bob is in and carol is not. */
beforeAll(async () => {
  stack = await startTestStack({ people: everybody, slack: workspace });
  await setCards("channel", "CREL");
});

afterAll(() => stack?.stop());

/** Requests another promotion as Dana. */
const ask = async () => {
  number += 1;
  await stack.request("dana", integrations.shift() ?? "");
  await stack.settle();
};

async function setCards(to: "channel" | "reviewers", channel?: string) {
  const ada = stack.id("ada");
  await stack.slack.command(ada, "/promotion-settings");
  await stack.pressModal("ada", "edit_workflow");
  await vi.waitFor(() => expect(stack.modal("ada").title).toMatchObject({ text: "Configure Workflow" }));
  const before = stack.modal("ada").hash;
  await stack.slack.choose(ada, "pick_cards_to", to);
  await vi.waitFor(() => expect(stack.modal("ada").hash).not.toBe(before));
  await stack.slack.submit(ada, channel === undefined ? {} : { pick_channel: channel });
  while (stack.slack.topView(ada)) {
    expect(stack.modal("ada").errors).toEqual({});
    await stack.slack.closeView(ada);
  }
  await stack.settle();
}

const inChannel = (): StandInMessage[] =>
  stack.slack.workspace.messagesIn("CREL").filter((message) => textOf(message).includes("#"));
const shared = (): StandInMessage => {
  const found = inChannel().find((message) => textOf(message).includes(`#${number} `));
  if (found === undefined) throw new Error(`#${number} is not in the channel`);
  return found;
};
const cardsOf = (name: string) => stack.texts(name).filter((text) => text.includes(`#${number} `));
const click = async (name: string, actionId: string) => {
  const clicked = await stack.slack.click(stack.id(name), shared(), { actionId });
  await stack.settle();
  return clicked;
};

test("one card in the channel mentions the reviewers; who is not in it gets a card of their own", async () => {
  await ask();
  expect(textOf(shared())).toContain(`Asked to review: <@${stack.id("bob")}> <@${stack.id("carol")}>`);
  expect(shared().text).toContain("Dana Developer asks to promote");
  expect(cardsOf("bob")).toEqual([]);
  expect(cardsOf("carol")).toHaveLength(1);
  expect(cardsOf("dana")).toHaveLength(1);
  expect(stack.slack.violations).toEqual([]);
});

test("R13: its buttons are for everybody and judged at the click: who may not is told privately who can", async () => {
  await ask();
  await click("dana", "approve_request");
  expect(stack.lastEphemeral("dana")).toBe(
    "You are not a reviewer of Commerce. Bob Reviewer and Carol Reviewer can.",
  );
  await click("dana", "open_reject");
  expect(stack.lastEphemeral("dana")).toContain("You are not a reviewer of Commerce.");
  expect(textOf(shared())).toContain("Waiting for review");
});

test("R7, R8: one click in the channel decides; every card follows, and the mentions are gone", async () => {
  await click("bob", "approve_request");
  expect(textOf(shared())).toContain("Approved by Bob Reviewer");
  expect(textOf(shared())).not.toContain("Asked to review");
  expect(textOf(shared())).not.toContain(`<@${stack.id("carol")}`);
  expect(cardsOf("carol")[0]).toContain("Approved by Bob Reviewer");
  expect(JSON.stringify(shared().blocks)).not.toContain("approve_request");
  await click("bob", "open_details");
  await vi.waitFor(() => expect(stack.modalText("bob")).toContain(`*Approved by <@${stack.id("bob")}>*`));
  await stack.slack.closeView(stack.id("bob"));
});

test("an answer that was lost is looked for in the channel before the card is posted again", async () => {
  const before = inChannel().length;
  stack.slack.faults.loseAnswer("chat.postMessage");
  await ask();
  await vi.waitFor(() => expect(inChannel()).toHaveLength(before + 1), { timeout: 10_000 });
  expect(textOf(shared())).toContain("Waiting for review");
});

test("who was asked through the channel is told of the cancellation by email", async () => {
  await stack.press("dana", "open_cancel");
  await vi.waitFor(() => expect(stack.modal("dana").title).toMatchObject({ text: `Cancel #${number}` }));
  await stack.slack.submit(stack.id("dana"));
  await stack.settle();
  const mails = (await stack.mail.inbox()).filter(({ subject }) => subject.includes(`#${number}`));
  const recipients = mails.filter(({ subject }) => /cancel/i.test(subject)).map(({ to }) => to);
  expect(recipients).toContain("bob@acme.example");
  await vi.waitFor(() => expect(textOf(shared())).toContain("Cancelled by Dana Developer"), {
    timeout: 10_000,
  });
});

test("a channel that cannot be posted to any more: everybody gets a card of their own", async () => {
  const channel = stack.slack.workspace.channels.get("CREL");
  if (channel === undefined) throw new Error("There is no channel");
  channel.isArchived = true;
  await ask();
  await vi.waitFor(() => expect(cardsOf("bob")).toHaveLength(1), { timeout: 5000 });
  channel.isArchived = false;
  await stack.press("bob", "approve_request");
  await stack.settle();
  expect(cardsOf("bob")[0]).toContain("Approved by Bob Reviewer");
});

test("a channel that was shared with another organization since gets no card", async () => {
  const channel = stack.slack.workspace.channels.get("CREL");
  if (channel === undefined) throw new Error("There is no channel");
  channel.isExtShared = true;
  await ask();
  expect(() => shared()).toThrow();
  expect(cardsOf("bob")).toHaveLength(1);
  channel.isExtShared = false;
});

test("a channel that is shared after its card was posted reads no more of the request", async () => {
  await ask();
  const channel = stack.slack.workspace.channels.get("CREL");
  if (channel === undefined) throw new Error("There is no channel");
  channel.isExtShared = true;
  await click("bob", "approve_request");
  expect(textOf(shared())).not.toContain("Approved by");
  expect(cardsOf("dana")[0]).toContain("Approved by Bob Reviewer");
  channel.isExtShared = false;
});

test("R4: cards that go to each reviewer again come to them directly for what is open", async () => {
  await ask();
  expect(cardsOf("bob")).toEqual([]);
  await setCards("reviewers");
  expect(cardsOf("bob")).toHaveLength(1);
  expect(textOf(shared())).toContain("Waiting for review");
});
