import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { StandInMessage } from "../../../sandbox/slack/index.ts";
import type { MemberStatus } from "../../../src/domain/people/people.ts";
import { getRequest } from "../../../src/queries/requests/get-request.ts";
import { getViewerRights } from "../../../src/queries/requests/get-viewer-rights.ts";
import type { PlainSeed as Seed } from "../../support/plain-seed.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;
let built = 0;
let ruled: Rules = {};

beforeAll(async () => {
  stack = await startTestStack();
  await setUp();
});

afterAll(() => stack?.stop());

afterEach(async () => {
  const { slack } = stack;
  for (const name of stack.people)
    while (slack.topView(stack.id(name))) await slack.closeView(stack.id(name));
  expect(slack.violations).toEqual([]);
});

type Member = Seed["roles"][number]["members"][number];
type Rules = { carol?: Member[]; assignees?: string[]; selfReview?: boolean };

const here: Member = { email: "carol@acme.example", projects: ["commerce"] };

/**
 * Bob, Ada, and Carol review, and two of them have to. Carol, whom every row is about, reviews Commerce only,
 * unless the row says otherwise.
 */
async function setUp(rules: Rules = {}): Promise<void> {
  ruled = rules;
  await stack.reseed(applyRules);
  await stack.settle();
}

function applyRules(seed: Seed): void {
  const { carol = [here], assignees = [], selfReview = false } = ruled;
  const managers = seed.roles.find(({ name }) => name === "Release Managers");
  if (managers) managers.members = ["bob@acme.example", "ada@acme.example", ...carol];
  if (seed.workflow === undefined) return;
  seed.workflow.assignees = assignees.map((name) => `${name}@acme.example`);
  Object.assign(seed.workflow.options, { requiredApprovals: 2, selfReview });
}

const stands = (status: MemberStatus) => stack.stands("carol", status);

/** Runs `first`, makes a new build live, and requests its promotion. Returns the request's number. */
async function ask(name: string, before: () => Promise<void> = async () => undefined): Promise<number> {
  built += 1;
  const id = `orders-4.0.${built}`;
  await stack.reseed((seed) => {
    applyRules(seed);
    const orders = seed.projects[0]?.integrations[0];
    orders?.builds.push({ id, version: `4.0.${built}` });
    Object.assign(orders?.live ?? {}, { development: id });
  });
  await before();
  await stack.request(name, "commerce/orders-sync");
  await stack.settle();
  return Number(/#(\d+)/.exec(stack.cardOf(name).text)?.[1]);
}

/** Carol clicks a button of Bob's card, as it was while pending, in a channel that both see. */
async function click(number: number, actionId: string) {
  const { workspace } = stack.slack;
  const { text, blocks } = stack.cardFor("bob", number);
  const channel = [...workspace.channels.values()].find((one) => one.name === "general")?.id as string;
  const copy = workspace.post({ channel, user: workspace.bot.userId, text, blocks: structuredClone(blocks) });
  const before = stack.slack.ephemeralsFor(stack.id("carol")).length;
  await stack.slack.click(stack.id("carol"), copy, { actionId });
  return { told: () => eventually(() => toldSince(before)) };
}

/** Returns Carol's ephemeral messages since then. */
function toldSince(before: number): string {
  const said = stack.slack.ephemeralsFor(stack.id("carol"));
  expect(said.length).toBeGreaterThan(before);
  return textOf(said.at(-1) as StandInMessage);
}

const opened = (title: string) => eventually(() => expect(stack.modal("carol").title?.text).toBe(title));
const close = async () => {
  while (stack.slack.topView(stack.id("carol"))) await stack.slack.closeView(stack.id("carol"));
};

/** Returns Carol's review card in her direct messages, if she has one. */
function reviewCard(number: number): StandInMessage | undefined {
  const cards = stack.slack
    .messagesFor(stack.id("carol"))
    .filter(({ blocks }) => blocks[0]?.type === "header" && textOf({ blocks }).startsWith(`#${number} `));
  return cards.find((card) => !JSON.stringify(card.blocks).includes("open_cancel"));
}

const waiting = (text: string): number =>
  Number(/(\d+) requests? waits? for your review/.exec(text)?.[1] ?? 0);

/** Returns what every surface shows Carol about a request. */
async function look(number: number) {
  const { context, organizationId } = stack.app;
  const view = await getRequest(context.db, organizationId, number, context.now());
  if (view === undefined) throw new Error(`There is no #${number}`);
  const { review } = await getViewerRights(context.db, view, stack.id("carol"), context.now());
  const card = reviewCard(number);
  await click(number, "open_details");
  await opened("Review Details");
  const details = { submit: stack.modal("carol").submit !== null, says: stack.modalText("carol") };
  await close();
  await stack.slack.command(stack.id("carol"), "/approvals");
  await eventually(() => expect(stack.modalText("carol")).toContain(`#${number} `));
  const list = JSON.stringify(stack.modal("carol").blocks);
  const counted = waiting(stack.modalText("carol"));
  await close();
  await stack.openHome("carol");
  await stack.pressHome("carol", "go_approvals");
  const button = `Review request ${number}"`;
  return {
    eligible: review.eligible,
    named: view.reviewers.some(({ id }) => id === stack.id("carol")),
    card: card && {
      buttons: JSON.stringify(card.blocks).includes("approve_request"),
      says: textOf(card).includes("You can no longer review this request."),
    },
    details,
    listed: list.includes(button),
    counted,
  };
}

/** Opens her Home at Approvals. An outdated drawing may come before the right one. */
const atHome = (number: number, waits: 0 | 1) =>
  eventually(() => {
    const text = stack.homeText("carol");
    expect(text).toContain(`#${number} `);
    expect(/Approvals \((\d+)\)/.exec(text)?.[1] ?? "0").toBe(String(waits));
    expect(waiting(text)).toBe(waits);
    const listed = JSON.stringify(stack.home("carol").blocks).includes(`Review request ${number}"`);
    expect(listed).toBe(waits === 1);
  });

/** Asserts that everything says that Carol can review, and that her approval counts. */
async function can(number: number): Promise<void> {
  const seen = await look(number);
  expect(seen).toMatchObject({ eligible: true, named: true, listed: true, counted: 1 });
  await atHome(number, 1);
  expect(seen.details.submit).toBe(true);
  expect(seen.card).toEqual({ buttons: true, says: false });
}

/**
 * Asserts that everything says that Carol cannot review, in the same words, and that no click changes
 * anything.
 */
async function cannot(number: number, words: string): Promise<void> {
  const seen = await look(number);
  expect(seen).toMatchObject({ eligible: false, named: false, listed: false, counted: 0 });
  await atHome(number, 0);
  expect(seen.details.submit).toBe(false);
  expect(seen.details.says).toContain(words);
  // A person who was notified before keeps a card without buttons. A person who never could review has none.
  if (seen.card) expect(seen.card).toEqual({ buttons: false, says: true });
  for (const actionId of ["approve_request", "open_reject"]) {
    const clicked = await click(number, actionId);
    expect(await clicked.told()).toBe(words);
    expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
  }
  expect(textOf(stack.cardFor("bob", number))).toContain("0 of 2");
}

/** A modal that was opened while she could review: its submission says why not, and keeps her text. */
async function submitted(words: string, values: Record<string, string>): Promise<void> {
  await stack.slack.submit(stack.id("carol"), { ...values, comment_input: "Typed for nothing?" });
  expect(stack.modal("carol").submit).toBeNull();
  expect(stack.modalText("carol")).toContain(words);
  expect(stack.modalText("carol")).toContain("Not sent. What you wrote\nTyped for nothing?");
  await close();
}

/** Asserts that no surface shows Carol anything but why, and whom to ask. */
async function seesNothing(number: number, words: string, status: MemberStatus): Promise<void> {
  for (const actionId of ["approve_request", "open_reject", "open_details"]) {
    const clicked = await click(number, actionId);
    expect(await clicked.told()).toBe(words);
    expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
  }
  const before = stack.slack.ephemeralsFor(stack.id("carol")).length;
  await stack.slack.command(stack.id("carol"), "/approvals");
  await eventually(() => expect(toldSince(before)).toBe(words));
  expect(stack.slack.topView(stack.id("carol"))).toBeUndefined();
  await stack.openHome("carol");
  await eventually(() => expect(stack.homeText("carol")).toContain(words));
  expect(stack.homeText("carol")).not.toContain(`#${number}`);
  // Slack lets nobody change a message to a deactivated person, who cannot open Slack either.
  if (status !== "deactivated") expect(reviewCard(number)).toBeUndefined();
  expect(textOf(stack.cardFor("bob", number))).toContain("0 of 2");
}

const others = "Ada Admin and Bob Reviewer can.";

type Row = {
  because: string;
  asks?: string;
  lose: () => Promise<void>;
  back: () => Promise<void>;
  words: (number: number) => string;
};

const rows: Row[] = [
  {
    because: "her role is gone",
    lose: () => setUp({ carol: [] }),
    back: () => setUp(),
    words: () => `You are not a reviewer of Commerce. ${others}`,
  },
  {
    because: "her role is for another project only",
    lose: () => setUp({ carol: [{ email: "carol@acme.example", projects: ["finance"] }] }),
    back: () => setUp({ carol: ["carol@acme.example"] }),
    words: () => `You are not a reviewer of Commerce. ${others}`,
  },
  {
    because: "others are assigned",
    lose: () => setUp({ assignees: ["bob", "ada"] }),
    back: () => setUp({ assignees: ["bob", "ada", "carol"] }),
    words: (number) => `Only the assigned reviewers can review #${number}. ${others}`,
  },
  {
    because: "she asked for it, and self-review is not allowed any more",
    asks: "carol",
    lose: () => setUp(),
    back: () => setUp({ selfReview: true }),
    words: (number) => `You asked for #${number}, so somebody else must review it. ${others}`,
  },
];

const outsiders: [MemberStatus, string][] = [
  ["guest", "Guests"],
  ["bot", "Bots"],
  ["deactivated", "Deactivated members"],
  ["stranger", "People from other workspaces"],
];

describe("R4, R5, R13: every surface says the same of who can review", () => {
  test.each(rows)(
    "R4: as it was asked for she can, by then she cannot, since $because",
    async ({ asks = "dana", lose, back, words }) => {
      await back();
      const number = await ask(asks);
      await click(number, "open_reject");
      await opened(`Reject #${number}`);
      await lose();
      await submitted(words(number), {});
      await cannot(number, words(number));
      await back();
      await click(number, "open_details");
      await opened("Review Details");
      await lose();
      await submitted(words(number), { verdict_input: "approve" });
      await back();
      await can(number);
      const clicked = await click(number, "approve_request");
      expect(await clicked.told()).toBe(`Done: your approval of #${number} counts. More are needed.`);
      await stack.settle();
      expect(textOf(stack.cardFor("bob", number))).toContain("1 of 2");
      await stands("active");
      await setUp();
    },
    60_000,
  );

  test.each(rows)(
    "R4: nothing changed since it was asked for, and she never could, since $because",
    async ({ asks = "dana", lose, words }) => {
      const number = await ask(asks, lose);
      expect(reviewCard(number)).toBeUndefined();
      await cannot(number, words(number));
      await stands("active");
      await setUp();
    },
    60_000,
  );

  test.each(outsiders)(
    "R4, R13: a %s sees nothing of a request, whether she could review it before or not",
    async (status, who) => {
      const words = `${who} can't use Signoff. Only full members of this workspace can. If you need access, ask Ada Admin.`;
      const number = await ask("dana");
      await click(number, "open_reject");
      await opened(`Reject #${number}`);
      await stands(status);
      await stack.slack.submit(stack.id("carol"), { comment_input: "Typed for nothing?" });
      expect(stack.modal("carol").submit).toBeNull();
      expect(stack.modalText("carol")).toContain(words);
      await close();
      await seesNothing(number, words, status);
      await stands("active");
      await can(number);
      const later = await ask("dana", () => stands(status));
      await seesNothing(later, words, status);
      await stands("active");
      await setUp();
    },
    60_000,
  );
});
