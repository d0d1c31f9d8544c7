import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, type TestWorld, testWorld, textOf } from "../../support/world.ts";

const outdatedDialog = "This dialog is from before an update of Signoff. Close it and open it again.";
const outdatedButton = "This button is from before an update of Signoff. Open the request or the list again.";

let world: TestWorld;

beforeAll(async () => {
  world = await testWorld();
});

afterAll(() => world?.stop());

afterEach(async () => {
  for (const name of ["dana", "bob"]) {
    while (world.slack.topView(world.id(name))) await world.slack.closeView(world.id(name));
  }
  expect(await faults()).toEqual(["0", "0", "0", "0"]);
  expect(world.slack.violations).toEqual([]);
});

/** How many faults of this process were told, by reason. */
async function faults(): Promise<string[]> {
  const text = await (await fetch(`${world.botUrl}/metrics`)).text();
  return [...text.matchAll(/^signoff_slack_faults_total\{.*\} (\d+)$/gm)].map(([, count]) => count as string);
}

async function ask(version: string): Promise<void> {
  await world.golive("commerce/orders-sync", { development: version });
  await world.request("dana", "commerce/orders-sync");
}

test("a button from before an update: the person is told, and nothing happens", async () => {
  await ask("3.0.1");
  const card = world.cardOf("bob", "approve_request");
  for (const { elements } of card.blocks) {
    for (const element of (elements ?? []) as { value?: string }[]) element.value = "an older value";
  }
  await world.slack.click(world.id("bob"), card, { actionId: "approve_request" });
  await eventually(() => expect(world.privately("bob")).toBe(outdatedButton));
  expect(textOf(world.cardOf("dana"))).toContain("Waiting");
  await world.press("dana", "open_cancel");
  await eventually(() => expect(world.modal("dana").submit?.text).toBe("Cancel Request"));
  await world.slack.submit(world.id("dana"), {});
  await world.settle();
});

test("a dialog from before an update: told at its field, what was typed stays, and nothing happens", async () => {
  await ask("3.0.2");
  await world.press("bob", "open_details");
  await eventually(() => expect(world.modal("bob").submit?.text).toBe("Submit"));
  const modal = world.modal("bob");
  modal.privateMetadata = '{"request":7}';
  await world.slack.submit(world.id("bob"), { verdict_input: "approve", comment_input: "Fine" });
  expect(world.modal("bob").errors).toEqual({ comment: outdatedDialog });
  expect(textOf(world.cardOf("dana"))).toContain("Waiting");
});

test("a dialog without fields from before an update: the words take its place", async () => {
  await world.openHome("dana");
  await world.slack.command(world.id("dana"), "/approvals");
  await eventually(() => expect(world.modalText("dana")).toContain("Past"));
  world.modal("dana").privateMetadata = "{";
  await world.pressModal("dana", "open_details");
  await eventually(() => expect(world.modalText("dana")).toContain(outdatedDialog));
});
