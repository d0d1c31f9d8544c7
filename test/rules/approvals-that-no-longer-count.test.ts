import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { followSettings } from "../../src/usecases/workflow/follow-settings.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";

/* R4: what people see when an approval no longer counts, or when none is missing and nobody decided. */

let stack: TestStack;
let built = 0;

beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(async () => {
  for (const name of stack.people)
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  await stack.stands("bob", "active");
  await stack.settle();
  expect(stack.slack.violations).toEqual([]);
});

const click = (name: string, number: number, actionId: string) =>
  stack.slack.click(stack.id(name), stack.cardFor(name, number), { actionId });

const says = (name: string, number: number) => textOf(stack.cardFor(name, number));

const has = (name: string, number: number, actionId: string) =>
  JSON.stringify(stack.cardFor(name, number).blocks).includes(actionId);

const stateOf = async (number: number) => {
  const [row] = await stack.database.database.sql`select state from requests where number = ${number}`;
  return row?.state;
};

async function requireApprovals(requiredApprovals: number): Promise<void> {
  await stack.setOptions({ requiredApprovals });
  await followSettings(stack.app.context, stack.app.organizationId);
  await stack.settle();
}

/** Dana requests a promotion that needs this many approvals, and Bob approves it. */
async function approvedByBob(requiredApprovals: number): Promise<number> {
  await requireApprovals(requiredApprovals);
  built += 1;
  await stack.setLive("commerce/orders-sync", { development: `5.0.${built}` });
  await stack.request("dana", "commerce/orders-sync");
  await stack.settle();
  const [row] = await stack.database.database.sql`select max(number)::int as number from requests`;
  const number = row?.number as number;
  await click("bob", number, "approve_request");
  await stack.settle();
  return number;
}

test("R4: after the policy was lowered nothing is decided, and whoever approved keeps Approve, on every surface", async () => {
  const number = await approvedByBob(2);
  await requireApprovals(1);
  expect(await stateOf(number)).toBe("pending");
  expect(says("dana", number)).toContain("Waiting for another Approve: 1 of 1 approvals");
  expect(says("bob", number)).toContain(
    "You approved, and no approval is missing. Approve again to decide the request.",
  );
  expect(has("bob", number, "approve_request")).toBe(true);
  await click("bob", number, "open_details");
  await eventually(() => expect(JSON.stringify(stack.modal("bob").blocks)).toContain("verdict_input"));
  await stack.slack.closeView(stack.id("bob"));
  await stack.slack.command(stack.id("bob"), "/approvals");
  await eventually(() =>
    expect(stack.modalText("bob")).toMatch(/Waits for your review[\s\S]*#\d+ Orders Sync/),
  );
  await stack.slack.closeView(stack.id("bob"));
  await click("bob", number, "approve_request");
  await eventually(async () => expect(await stateOf(number)).toBe("approved"));
});

test("R4: an approval of somebody who became a guest is shown with the reason that it does not count", async () => {
  const number = await approvedByBob(2);
  await stack.stands("bob", "guest");
  await stack.settle();
  for (const name of ["carol", "dana"]) {
    expect(says(name, number)).toContain("no longer counts: now a guest");
    expect(says(name, number)).toContain("0 of 2");
  }
  await click("carol", number, "open_details");
  await eventually(() => expect(stack.modalText("carol")).toContain("no longer counts: now a guest"));
  await stack.slack.closeView(stack.id("carol"));
  // It counts again once Bob is back, and decides nothing by itself.
  await stack.stands("bob", "active");
  await stack.settle();
  expect(says("carol", number)).not.toContain("no longer counts");
  expect(await stateOf(number)).toBe("pending");
});

test("R4: an approved request stays approved, and Promote warns of an approver who may no longer review", async () => {
  const number = await approvedByBob(1);
  expect(await stateOf(number)).toBe("approved");
  await stack.stands("bob", "deactivated");
  await stack.settle();
  expect(await stateOf(number)).toBe("approved");
  await click("dana", number, "promote_request");
  await eventually(() => expect(stack.modal("dana").title?.text).toBe(`Promote #${number}?`));
  expect(stack.modalText("dana")).toMatch(/Bob Reviewer[^\n]*no longer/);
  await stack.slack.submit(stack.id("dana"), {});
  await eventually(async () => expect(await stateOf(number)).toBe("promoted"));
});
