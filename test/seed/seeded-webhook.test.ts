import { readFile } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openSettingsAs } from "../support/settings.ts";
import { startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.stop());
afterEach(() => {
  expect(stack.slack.violations).toEqual([]);
});

const withWebhook = `projects:
  - slug: commerce
    integrations:
      - slug: orders-sync
        webhook: { url: "https://deploy.example.com/signoff", reportTimeoutMinutes: 45 }
`;

/** Opens the webhook form of Orders Sync as an admin. */
async function openWebhook(ada: ReturnType<typeof openSettingsAs>): Promise<void> {
  await ada.open();
  await ada.press("Open Commerce");
  await ada.press("Edit Orders Sync");
  await ada.press("Webhook Settings");
  await ada.waitForText("When *Orders Sync* is promoted");
}

test("the sandbox's file is loaded again without resetting what an admin changed", async () => {
  const text = await readFile(new URL("../../sandbox/seed.yml", import.meta.url), "utf8");
  await stack.setOptions({ requiredApprovals: 2, commentOnReject: true, unfinishedDays: 30 });
  const { lines } = await stack.load(text);
  expect(lines.map(({ entry }) => entry)).toEqual([
    expect.objectContaining({ kind: "kept", setting: "requiredApprovals", stored: "2", file: "1" }),
  ]);
});

test("1.3: an admin is shown the secret of a webhook that a file created, once", async () => {
  await stack.load(withWebhook);
  const ada = openSettingsAs(stack, "ada", "modal");
  await openWebhook(ada);
  await ada.waitForText("A seed file created this webhook, and nobody has seen its secret yet.");
  expect(ada.text()).not.toContain("whsec_");
  await ada.press("Show Secret");
  await ada.waitForText("Copy the secret now: it is shown only this once.");
  expect(ada.text()).toMatch(/whsec_[A-Za-z0-9+/=]{44}/);
  expect(ada.buttons()).not.toContain("Show Secret");
  await ada.close();
  await openWebhook(ada);
  expect(ada.text()).not.toContain("nobody has seen its secret");
  await ada.close();
  const shown = await stack.database.database.sql`
    select actor, surface, after from audit_log where action = 'webhook.secret-shown'`;
  expect(shown).toEqual([
    expect.objectContaining({ actor: { kind: "member", memberId: stack.id("ada") }, surface: "slack" }),
  ]);
  expect(JSON.stringify(shown)).not.toContain("whsec_");
  // Loading the file again creates no further secret.
  expect((await stack.load(withWebhook)).lines).toEqual([]);
});
