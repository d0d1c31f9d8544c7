import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright-core";
import { afterAll, expect, test } from "vitest";
import { freePort } from "../../sandbox/free-port.ts";
import { openHome, pick, press, startSandbox, type } from "./support.ts";

/** The steps of docs/first-promotion.md, word by word: from nothing to your own build in Production. */

const root = fileURLToPath(new URL("../../", import.meta.url));
const { as, botUrl } = startSandbox("--empty");
const children: ChildProcess[] = [];

afterAll(() => {
  for (const child of children) child.kill("SIGTERM");
});

type Started = { said: () => string; ended: Promise<number | null> };

function start(command: string, args: string[], variables: Record<string, string> = {}): Started {
  const env = { PATH: process.env.PATH ?? "", SIGNOFF_URL: botUrl(), ...variables };
  const child = spawn(command, args, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  children.push(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      text += chunk;
    });
  }
  return { said: () => text, ended: new Promise((resolve) => child.once("close", resolve)) };
}

/** Waits until this text was posted. */
async function hears(started: Started, words: RegExp): Promise<string> {
  const [found] = await expect
    .poll(() => words.exec(started.said()), { timeout: 30_000 })
    .not.toBeNull()
    .then(() => words.exec(started.said()) ?? []);
  return found ?? "";
}

async function makeRole(home: Locator): Promise<void> {
  await press(home, "Show Roles");
  await press(home, "New Role");
  const role = home.page().getByRole("dialog", { name: "New Role" });
  await role.getByLabel("Name").fill("Release Managers");
  await pick(role, "Members", "Bob Reviewer", "Carol Reviewer");
  await press(role, "Create");
  await role.waitFor({ state: "hidden" });
}

async function makeToken(home: Locator): Promise<string> {
  await press(home, "Show API Tokens");
  await press(home, "New Token");
  const dialog = home.page().getByRole("dialog", { name: "New Token" });
  await dialog.getByLabel("Name", { exact: true }).fill("CI");
  for (const box of await dialog.getByRole("checkbox").all()) await box.check();
  await press(dialog, "Create");
  await dialog.getByText("you will not see it again").waitFor();
  const token = await dialog.getByText(/^sgn_[\w-]+$/).innerText();
  await press(dialog, "Done");
  return token;
}

async function setWebhook(home: Locator, address: string): Promise<string> {
  await press(home, "Show Projects");
  await press(home, "Open Commerce");
  await press(home, "Edit Orders Sync");
  const form = home.page().getByRole("dialog", { name: "Edit Integration" });
  await form
    .getByLabel("What Promote does")
    .selectOption({ label: "Webhook: Signoff asks your pipeline to deploy" });
  await press(form, "Save");
  const webhook = home.page().getByRole("dialog", { name: "Webhook" });
  await webhook.getByLabel("Address").fill(address);
  await press(webhook, "Save");
  await webhook.getByText("Copy the secret now").waitFor();
  return webhook.getByText(/^whsec_[\w+/=]+$/).innerText();
}

async function turnOnWorkflow(home: Locator): Promise<void> {
  await press(home, "Show Workflows");
  await press(home, "Turn on Environment Promotion");
  const form = home.page().getByRole("dialog", { name: "Configure Workflow" });
  await pick(form, "Roles", "Release Managers");
  await press(form, "Save");
  await form.waitFor({ state: "hidden" });
}

async function approve(bob: Page, number: number, question?: string): Promise<void> {
  await press(bob, `Approve request ${number}`);
  if (question !== undefined) await press(bob.getByRole("dialog", { name: question }), "Approve");
}

test("from nothing to a build of one's own, promoted to Production by a webhook", async () => {
  const ada = await as("Ada Admin");
  const home = await openHome(ada);
  await press(home, "Settings");
  await makeRole(home);
  const token = await makeToken(home);
  expect(token).toMatch(/^sgn_/);

  const catalog = start("sh", ["examples/ci/catalog.sh"], { SIGNOFF_TOKEN: token });
  expect(await catalog.ended, catalog.said()).toBe(0);

  const port = String(await freePort());
  const secret = await setWebhook(home, `http://127.0.0.1:${port}/`);
  const receiver = start(process.execPath, ["examples/receiver/receiver.mjs"], {
    WEBHOOK_SECRET: secret,
    PORT: port,
  });
  await hears(receiver, /Waiting for webhooks/);
  const webhook = ada.getByRole("dialog", { name: "Webhook" });
  await press(webhook, "Send a Test");
  await webhook.getByText("✅").waitFor();
  await press(webhook, "Close");
  await turnOnWorkflow(home);

  const ci = { SIGNOFF_TOKEN: token, PROJECT: "commerce", INTEGRATION: "orders-sync" };
  const built = start("sh", ["examples/ci/register.sh"], {
    ...ci,
    BUILD_ID: "run-1",
    BUILD_VERSION: "1.0.0",
    ENVIRONMENT: "development",
  });
  expect(await built.ended, built.said()).toBe(0);

  const waiting = start("sh", ["examples/ci/request-and-wait.sh"], {
    ...ci,
    TARGET: "staging",
    PROMOTE: "yes",
  });
  await hears(waiting, /#1 is pending/);
  const bob = await as("Bob Reviewer");
  await approve(bob, 1);
  expect(await waiting.ended, waiting.said()).toBe(0);
  await hears(receiver, /accepted, Orders Sync 1\.0\.0 to Staging/);

  const dana = await as("Dana Developer");
  await type(dana, "/promote orders-sync production");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await approve(bob, 2, "Approve for Production?");
  await press(dana, "Promote request 2");
  // The first deployment to Production is a caution, so Promote asks.
  await press(dana.getByRole("dialog", { name: "Promote #2?" }), "Promote Anyway");
  await dana.getByText("Promoted: 1.0.0 is live in Production").first().waitFor();
  await hears(receiver, /reported succeeded, answered 200[\s\S]*reported succeeded, answered 200/);
});
