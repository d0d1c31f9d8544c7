import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  startWebhookReceiver,
  verifySignature,
  type WebhookReceiver,
} from "../../deployments/webhook/webhook-receiver.ts";
import { allowPrivate } from "../../deployments/webhook/webhook-stack.ts";
import { openSettingsAs, type SettingsEntry } from "../../support/settings.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
let receiver: WebhookReceiver;
beforeAll(async () => {
  [stack, receiver] = await Promise.all([startTestStack(), startWebhookReceiver()]);
  await stack.restartWith(allowPrivate);
});
afterAll(async () => {
  await stack?.stop();
  await receiver?.stop();
});
afterEach(() => {
  receiver.calls.length = 0;
  receiver.answers();
  expect(stack.slack.violations).toEqual([]);
});

const doors: SettingsEntry[] = ["modal", "home"];
const secretIn = (text: string): string => /`(whsec_[^`]+)`/.exec(text)?.[1] ?? "no secret";

test.each(doors)("an admin chooses a webhook and tries it, through the %s", async (entry) => {
  const ada = openSettingsAs(stack, "ada", entry);
  const name = `Parcels ${entry}`;
  await ada.open();
  await ada.press("Open Commerce");
  await ada.press("Add Integration");
  const deployer = await ada.option("deployer", "Webhook: Signoff asks your pipeline to deploy");
  expect(await ada.submit({ name, deployer })).toEqual({});
  await ada.waitForText(`When *${name}* is promoted, Signoff posts to this address`);
  expect(ada.buttons()).not.toContain("Send a Test");

  expect(await ada.submit({ webhook_url: "not an address" })).toEqual({
    webhook_url: "Give an address that begins with https://.",
  });
  expect(await ada.submit({ webhook_url: receiver.url, webhook_silence: "0" })).toEqual({
    webhook_silence: "Give a number of minutes from 1 to 10,080.",
  });
  expect(await ada.submit({ webhook_url: receiver.url, webhook_silence: "90" })).toEqual({});
  await ada.waitForText("Copy the secret now: it is shown only this once.");
  const secret = secretIn(ada.text());

  await ada.press("Send a Test");
  await ada.waitForText("The webhook answered 202.");
  expect(ada.text()).not.toContain("whsec_");
  expect(verifySignature(receiver.calls[0] as never, secret)).toMatchObject({
    type: "ping",
    integration: { name },
  });

  await ada.press("Rotate Secret");
  await ada.waitForText("Copy the secret now");
  const other = secretIn(ada.text());
  expect(other).not.toBe(secret);
  receiver.answers((response) => response.writeHead(500).end("<!channel> broken"));
  await ada.press("Send a Test");
  await ada.waitForText("⚠️ The webhook answered 500: <!channel> broken");
  expect(verifySignature(receiver.calls[1] as never, other)).toMatchObject({ type: "ping" });
  expect(() => verifySignature(receiver.calls[1] as never, secret)).toThrow();
  await ada.waitForText(
    "promotions are signed with the old secret too. A test is signed with the new one only",
  );
  await ada.close();

  await ada.open();
  await ada.press("Open Commerce");
  await ada.press(`Edit ${name}`);
  await ada.press("Webhook Settings");
  await ada.waitForText(`When *${name}* is promoted`);
  expect(JSON.stringify(ada.view().blocks)).toContain(`"initial_value":"${receiver.url}"`);
  expect(JSON.stringify(ada.view().blocks)).toContain('"initial_value":"90"');
  expect(ada.text()).not.toContain("whsec_");
  expect(await ada.submit({ webhook_silence: "30" })).toEqual({});
  await ada.close();
});

/** Opens the webhook form of *Parcels modal* from the settings' start. */
async function toWebhook(ada: ReturnType<typeof openSettingsAs>): Promise<void> {
  await ada.open();
  await ada.press("Open Commerce");
  await ada.press("Edit Parcels modal");
  await ada.press("Webhook Settings");
  await ada.waitForText("When *Parcels modal* is promoted");
}

test("an address inside is refused where the configuration does not allow it", async () => {
  await stack.restartWith({});
  const ada = openSettingsAs(stack, "ada", "modal");
  await toWebhook(ada);
  expect(await ada.submit({ webhook_url: receiver.url })).toEqual({
    webhook_url: "The address must begin with https://, so that nobody reads along.",
  });
  expect(await ada.submit({ webhook_url: "https://169.254.169.254/latest" })).toEqual({
    webhook_url:
      "This address is inside a private network. Signoff calls such addresses only where its configuration allows it.",
  });
  await ada.press("Send a Test");
  await ada.waitForText("The webhook's address must begin with https://.");
  expect(receiver.calls).toEqual([]);
  await ada.close();
  await stack.restartWith(allowPrivate);
});

test("rotating or testing the webhook of an integration that was archived in the meantime says so", async () => {
  for (const label of ["Rotate Secret", "Send a Test"]) {
    const ada = openSettingsAs(stack, "ada", "modal");
    await toWebhook(ada);
    const archive = (at: Date | null) => stack.database.database.sql`
      update integrations set archived_at = ${at} where name = 'Parcels modal'`;
    await archive(new Date());
    await ada.press(label);
    await ada.waitForText("This integration was archived meanwhile.");
    await archive(null);
    await ada.close();
  }
});

test("R13: only an admin opens, tests, or rotates it", async () => {
  const ada = openSettingsAs(stack, "ada", "modal");
  await toWebhook(ada);
  await stack.database.database.sql`
    update role_holdings set member_id = ${stack.id("bob")} where member_id = ${stack.id("ada")}`;
  for (const label of ["Rotate Secret", "Send a Test"]) {
    await ada.press(label);
    await ada.waitForText("⚠️ Only admins can change settings. Bob Reviewer can.");
    expect(ada.text()).not.toContain("whsec_");
  }
  expect(receiver.calls).toEqual([]);
  expect(Object.values(await ada.submit({ webhook_silence: "31" }))).toEqual([
    "Only admins can change settings. Bob Reviewer can.",
  ]);
  await ada.close();
});
