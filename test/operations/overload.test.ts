import { afterAll, beforeAll, expect, test } from "vitest";
import { reserveConnection } from "../support/reserve-connection.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

const nothingChanged = "Something went wrong on Signoff's side. Nothing was changed, try again in a moment.";
const notConfirmed =
  "Signoff could not confirm this in time. The card will show whether it happened; if it did not, try again.";

// Two connections allow forty waiting requests. The stand-in waits longer than Slack, because the bot's own
// time is measured.
const crowd = 50;
const waiting = 40;

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack({ connections: 2, slack: { answerLimitMs: 20_000 } });
  await stack.request("dana", "orders-sync");
});
afterAll(() => stack?.stop());

async function figure(sample: string): Promise<number> {
  const text = await (await fetch(`${stack.botUrl}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`${sample} `));
  return Number(line?.slice(sample.length + 1) ?? Number.NaN);
}

const answeredWithin = (seconds: number) =>
  figure(`signoff_slack_answer_seconds_bucket{le="${seconds}",what="block_actions",result="acknowledged"}`);

test("more clicks than the database takes: every one is answered in words within 3 s, and those that find the queue full at once", async () => {
  const holder = await reserveConnection(stack.database.database.sql);
  await holder`begin`;
  await holder`lock table members in access exclusive mode`;
  const [card, bob] = [stack.cardOf("bob"), stack.id("bob")];
  const before = stack.slack.ephemeralsFor(bob).length;
  const clicks = Array.from({ length: crowd }, () =>
    stack.slack.click(bob, card, { actionId: "approve_request" }),
  );
  await eventually(async () => expect(await figure("signoff_pool_waiting")).toBeGreaterThan(0));
  expect(await figure("signoff_pool_in_use")).toBeLessThanOrEqual(2);
  expect(await figure("signoff_pool_waiting")).toBeLessThanOrEqual(waiting);
  expect((await fetch(`${stack.botUrl}/readyz`)).status).toBe(200);
  const answers = await Promise.all(clicks);
  await holder`rollback`;
  holder.release();
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: crowd }, () => 200));
  expect(await answeredWithin(3)).toBe(crowd);
  expect(await answeredWithin(0.5)).toBeGreaterThan(0);
  await eventually(() => expect(stack.slack.ephemeralsFor(bob)).toHaveLength(before + crowd));
  const ephemerals = stack.slack
    .ephemeralsFor(bob)
    .slice(before)
    .map((one) => textOf(one));
  expect(ephemerals.filter((words) => words !== nothingChanged && words !== notConfirmed)).toEqual([]);
  expect(ephemerals.filter((words) => words === nothingChanged).length).toBeGreaterThan(crowd - waiting);
  expect(await figure("signoff_pool_refused_total")).toBeGreaterThan(0);
  expect(await figure('signoff_slack_faults_total{reason="busy"}')).toBeGreaterThan(0);
});

test("and then it works as before", async () => {
  await eventually(async () => expect(await figure("signoff_pool_waiting")).toBe(0));
  await eventually(async () => expect((await fetch(`${stack.botUrl}/readyz`)).status).toBe(200));
  await stack.press("bob", "approve_request");
  await eventually(() => expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer"));
});
