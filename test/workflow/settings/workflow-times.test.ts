import { afterAll, beforeAll, expect, test } from "vitest";
import { startTimedStack, type TimedStack } from "../../requests/time/support.ts";
import { eventually } from "../../support/test-stack.ts";

let stack: TimedStack;
beforeAll(async () => {
  stack = await startTimedStack();
});
afterAll(() => stack?.stop());

const configure = async () => {
  await stack.slack.command(stack.id("ada"), "/promotion-settings");
  await stack.pressModal("ada", "edit_workflow");
  await eventually(() => expect(stack.modal("ada").title?.text).toBe("Configure Workflow"));
};

test("R11: the form shows when requests expire and when somebody is reminded, and Save keeps what was not touched", async () => {
  await configure();
  expect(stack.modalText("ada")).toMatch(/waits for review expires after[\s\S]*7 days/);
  expect(stack.modalText("ada")).toMatch(/nobody finishes expires after[\s\S]*3 days/);
  expect(stack.modalText("ada")).toMatch(/Remind before that[\s\S]*24 hours/);
  await stack.slack.submit(stack.id("ada"), { pending_days: "2", reminder_hours: "4" });
  await stack.settle();
  const [saved] = await stack.database.database.sql<{ options: object }[]>`
    select options from workflow_versions order by version desc limit 1`;
  expect(saved?.options).toMatchObject({ pendingDays: 2, unfinishedDays: 3, reminderHours: 4 });
});

test("R11: what was saved holds for the next request, and its reminder", async () => {
  await stack.slack.closeView(stack.id("ada")).catch(() => undefined);
  await stack.request("dana", "orders-sync production");
  stack.later({ hours: 43 });
  await stack.nextMinute();
  expect(stack.texts("bob").join()).not.toContain("⏰");
  stack.later({ hours: 1 });
  await stack.nextMinute();
  expect(stack.texts("bob").at(-1)).toContain("still waits for your review");
  stack.later({ hours: 4 });
  await stack.nextMinute();
  expect(stack.texts("dana").at(-1)).toContain("expired: nobody decided in time");
});

test("a time that is none of the usual ones stands among the choices", async () => {
  await stack.setOptions({ pendingDays: 11 });
  await configure();
  expect(stack.modalText("ada")).toContain("11 days");
});
