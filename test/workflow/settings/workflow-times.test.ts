import { afterAll, beforeAll, expect, test } from "vitest";
import { type TimedWorld, timedWorld } from "../../requests/time/support.ts";
import { eventually } from "../../support/world.ts";

let world: TimedWorld;
beforeAll(async () => {
  world = await timedWorld();
});
afterAll(() => world?.stop());

const configure = async () => {
  await world.slack.command(world.id("ada"), "/promotion-settings");
  await world.pressModal("ada", "edit_workflow");
  await eventually(() => expect(world.modal("ada").title?.text).toBe("Configure Workflow"));
};

test("R11: the form shows when requests expire and when somebody is reminded, and Save keeps what was not touched", async () => {
  await configure();
  expect(world.modalText("ada")).toMatch(/waits for review expires after[\s\S]*7 days/);
  expect(world.modalText("ada")).toMatch(/nobody finishes expires after[\s\S]*3 days/);
  expect(world.modalText("ada")).toMatch(/Remind before that[\s\S]*24 hours/);
  await world.slack.submit(world.id("ada"), { pending_days: "2", reminder_hours: "4" });
  await world.settle();
  const [saved] = await world.database.database.sql<{ options: object }[]>`
    select options from workflow_versions order by version desc limit 1`;
  expect(saved?.options).toMatchObject({ pendingDays: 2, unfinishedDays: 3, reminderHours: 4 });
});

test("R11: what was saved holds for the next request, and its reminder", async () => {
  await world.slack.closeView(world.id("ada")).catch(() => undefined);
  await world.request("dana", "orders-sync production");
  world.later({ hours: 43 });
  await world.minute();
  expect(world.texts("bob").join()).not.toContain("⏰");
  world.later({ hours: 1 });
  await world.minute();
  expect(world.texts("bob").at(-1)).toContain("still waits for your review");
  world.later({ hours: 4 });
  await world.minute();
  expect(world.texts("dana").at(-1)).toContain("expired: nobody decided in time");
});

test("a time that is none of the usual ones stands among the choices", async () => {
  await world.setOptions({ pendingDays: 11 });
  await configure();
  expect(world.modalText("ada")).toContain("11 days");
});
