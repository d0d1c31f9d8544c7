import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { member } from "../../../src/domain/shared/actor.ts";
import { cancelPromotion } from "../../../src/usecases/requests/cancel-promotion.ts";
import { followSettings } from "../../../src/usecases/workflow/follow-settings.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";
import { everybody, slackFixture } from "./slack-fixture.ts";

let stack: TestStack;
const { build, submitRequest, ask, cards, calls, items, makeDue, allSettled, click } = slackFixture(
  () => stack,
);

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => {
  stack.slack.faults.clear();
  expect(stack.slack.violations).toEqual([]);
});

/** Ends the pause of a long `Retry-After`: the client of a new process does not know it. */
async function endPause() {
  stack.slack.faults.clear();
  await stack.restartWith({});
  await makeDue();
  await allSettled();
}

test("429 on one method: none of it goes out before its time, other methods go on, and it counts as no attempt", async () => {
  const standing = await ask();
  await stack.setLive("commerce/returns", { development: "2.0.0" });
  const since = stack.slack.calls.length;
  stack.slack.faults.rateLimit("chat.postMessage", 6, 1);
  await stack.slack.command(stack.id("dana"), "/promote returns");
  await stack.slack.submit(stack.id("dana"), {});
  const refused = () =>
    calls("chat.postMessage", since).filter(({ answer }) => answer?.error === "ratelimited");
  await eventually(() => expect(refused()).not.toEqual([]));
  const pausedAt = refused()[0]?.at ?? 0;
  await click("bob", standing, "approve_request");
  await eventually(() => expect(calls("chat.update", since).length).toBeGreaterThanOrEqual(3));
  for (const { at } of calls("chat.update", since)) expect(at).toBeLessThan(pausedAt + 6_000);
  await allSettled();
  const last = Math.max(...refused().map(({ at }) => at));
  for (const { at, answer } of calls("chat.postMessage", since)) {
    if (answer?.ok === true && at > pausedAt + 1_000) expect(at).toBeGreaterThanOrEqual(last + 5_990);
  }
  const number = standing + 1;
  for (const name of everybody) expect([name, cards(name, number).length]).toEqual([name, 1]);
  expect((await items(number)).map(({ attempts, outcome }) => [attempts, outcome])).toEqual([
    [1, "done"],
    [1, "done"],
    [1, "done"],
  ]);
});

test("R4: cards that follow a change of settings come back one by one; those of a decision do not wait with them", async () => {
  const number = await ask();
  await allSettled();
  // The cards of every open request follow, so more than the three of this one may be called for first.
  stack.slack.faults.rateLimit("chat.update", 60, 20);
  await stack.setOptions({ requiredApprovals: 2 });
  await followSettings(stack.app.context, stack.app.organizationId);
  const waiting = async () => (await items(number)).filter(({ outcome }) => outcome === null);
  const dueIn = () =>
    stack.database.database.sql<{ seconds: number }[]>`
      select extract(epoch from available_at - now())::float8 as seconds from outbox
      where kind = 'draw-card' and request_number = ${number} order by available_at`;
  await eventually(async () =>
    expect((await waiting()).map(({ reason }) => reason)).toEqual(Array(3).fill("Slack's rate limit")),
  );
  const [first, second, third] = (await dueIn()).map(({ seconds }) => seconds);
  expect((second as number) - (first as number)).toBeGreaterThan(0.5);
  expect((third as number) - (second as number)).toBeGreaterThan(0.5);
  await stack.setOptions({ requiredApprovals: 1 });
  await click("bob", number, "approve_request");
  const { sql } = stack.database.database;
  await eventually(async () => {
    const late = await sql`
      select key from outbox where kind = 'draw-card' and request_number = ${number} and settled_at is null
        and (priority > 0 or available_at > now() + interval '61.5 seconds')`;
    expect([...late]).toEqual([]);
  });
  await endPause();
  for (const name of everybody)
    expect(textOf(stack.cardFor(name, number))).toContain("Approved by Bob Reviewer");
});

test("a person's dialog opens while the messages wait", async () => {
  // Signoff knows Sam from an earlier command.
  await stack.slack.command(stack.id("sam"), "/promote returns");
  await stack.slack.closeView(stack.id("sam"));
  await build();
  stack.slack.faults.rateLimit("chat.postMessage", 60, 3);
  stack.slack.faults.rateLimit("users.info", 60, 3);
  const number = await submitRequest();
  await eventually(async () => expect((await items(number))[0]?.reason).toBe("Slack's rate limit"));
  await stack.slack.command(stack.id("sam"), "/promote returns");
  expect(stack.modal("sam").title?.text).toBe("Request Approval");
  await stack.slack.closeView(stack.id("sam"));
  await endPause();
  for (const name of everybody) expect(cards(name, number)).toHaveLength(1);
});

test("`ratelimited` in an answer puts the call off for half a minute, and counts as no attempt", async () => {
  const number = await ask();
  await allSettled();
  stack.slack.faults.fail("chat.update", { error: "ratelimited" }, 3);
  await click("bob", number, "approve_request");
  await eventually(async () => {
    const held = (await items(number)).filter(({ outcome }) => outcome === null);
    expect(held.map(({ attempts, reason }) => [attempts, reason])).toEqual(
      Array(3).fill([0, "Slack's rate limit"]),
    );
  });
  await makeDue();
  await allSettled();
  for (const name of everybody)
    expect(textOf(stack.cardFor(name, number))).toContain("Approved by Bob Reviewer");
});

test("a delayed message shows the current state, without buttons that no longer work", async () => {
  const number = await ask();
  await allSettled();
  const before = stack.texts("dana").length;
  stack.slack.faults.rateLimit("chat.postMessage", 60, 1);
  await click("bob", number, "approve_request");
  const { sql } = stack.database.database;
  await eventually(async () => {
    const held = await sql`
      select key from outbox where kind = 'send-message' and request_number = ${number} and reason is not null`;
    expect(held).toHaveLength(1);
  });
  const { context, organizationId } = stack.app;
  await cancelPromotion(context, {
    ...{ organizationId, number, actor: member(stack.id("dana")), surface: "slack", reason: "" },
  });
  await endPause();
  const newTexts = stack.texts("dana").slice(before);
  expect(newTexts.join("\n")).toContain("It stands like this now: Cancelled by Dana Developer.");
  expect(newTexts.join("\n")).not.toContain("Press Promote");
});
