import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

const outdatedDialog = "This dialog is from before an update of Signoff. Close it and open it again.";
const outdatedButton = "This button is from before an update of Signoff. Open the request or the list again.";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
});

afterAll(() => stack?.stop());

afterEach(async () => {
  for (const name of ["dana", "bob"]) {
    while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  }
  expect(await faults()).toEqual(["0", "0", "0", "0"]);
  expect(stack.slack.violations).toEqual([]);
});

/** Returns how many faults this process has reported, by reason. */
async function faults(): Promise<string[]> {
  const text = await (await fetch(`${stack.botUrl}/metrics`)).text();
  return [...text.matchAll(/^signoff_slack_faults_total\{.*\} (\d+)$/gm)].map(([, count]) => count as string);
}

async function ask(version: string): Promise<void> {
  await stack.setLive("commerce/orders-sync", { development: version });
  await stack.request("dana", "commerce/orders-sync");
}

test("a button from before an update: the person is told, and nothing happens", async () => {
  await ask("3.0.1");
  const card = stack.cardOf("bob", "approve_request");
  for (const { elements } of card.blocks) {
    for (const element of (elements ?? []) as { value?: string }[]) element.value = "an older value";
  }
  await stack.slack.click(stack.id("bob"), card, { actionId: "approve_request" });
  await eventually(() => expect(stack.lastEphemeral("bob")).toBe(outdatedButton));
  expect(textOf(stack.cardOf("dana"))).toContain("Waiting");
  await stack.press("dana", "open_cancel");
  await eventually(() => expect(stack.modal("dana").submit?.text).toBe("Cancel Request"));
  await stack.slack.submit(stack.id("dana"), {});
  await stack.settle();
});

test("a dialog from before an update: told at its field, what was typed stays, and nothing happens", async () => {
  await ask("3.0.2");
  await stack.press("bob", "open_details");
  await eventually(() => expect(stack.modal("bob").submit?.text).toBe("Submit"));
  const modal = stack.modal("bob");
  modal.privateMetadata = '{"request":7}';
  await stack.slack.submit(stack.id("bob"), { verdict_input: "approve", comment_input: "Fine" });
  expect(stack.modal("bob").errors).toEqual({ comment: outdatedDialog });
  expect(textOf(stack.cardOf("dana"))).toContain("Waiting");
});

test("a dialog without fields from before an update: the words take its place", async () => {
  await stack.openHome("dana");
  await stack.slack.command(stack.id("dana"), "/approvals");
  await eventually(() => expect(stack.modalText("dana")).toContain("Past"));
  stack.modal("dana").privateMetadata = "{";
  await stack.pressModal("dana", "open_details");
  await eventually(() => expect(stack.modalText("dana")).toContain(outdatedDialog));
});
