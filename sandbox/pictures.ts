import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium, type Locator, type Page } from "playwright-core";

/** Runs `npm run pictures`: walks through the sandbox in Chromium and takes the screenshots for the docs. */

const root = fileURLToPath(new URL("../", import.meta.url));
const sandbox = spawn(process.execPath, ["--import", "tsx", "sandbox/main.ts"], { cwd: root });
const address = await new Promise<string>((resolve, reject) => {
  sandbox.stdout.on("data", (chunk) => {
    const found = /http:\/\/localhost:\d+/.exec(String(chunk));
    if (found) resolve(found[0]);
  });
  sandbox.once("exit", () => reject(new Error("The sandbox did not start")));
});
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
  ],
});

const size = { width: 1180, height: 820 };

async function open(name?: string): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  await page.goto(address);
  if (name !== undefined) await page.locator("a", { hasText: name }).first().click();
  return page;
}

/** Takes a screenshot of a window, taller if the content needs it. */
async function take(page: Page, name: string, height = size.height): Promise<void> {
  await page.setViewportSize({ ...size, height });
  await page.evaluate("document.fonts.ready");
  await page.mouse.move(1, 1);
  await page.screenshot({ path: `${root}docs/images/${name}.png` });
  await page.setViewportSize(size);
}

async function openHome(page: Page): Promise<Locator> {
  await page.getByRole("navigation", { name: "Signoff tabs" }).getByRole("link", { name: "Home" }).click();
  const home = page.getByRole("region", { name: "Signoff Home" });
  await home.getByRole("button", { name: "Overview, shown now" }).waitFor();
  return home;
}

const press = (where: Page | Locator, name: string) =>
  where.getByRole("button", { name, exact: true }).click();

try {
  await promote();
  await webhook();
  await settings();
  await deployers();
  await tokens();
  await deliveries();
} finally {
  await browser.close();
  sandbox.kill("SIGTERM");
}

/** A promotion from Staging to Production, and the places that show it. */
async function promote(): Promise<void> {
  await take(await open(), "chooser");
  const dana = await open("Dana Developer");
  const bob = await open("Bob Reviewer");
  const composer = dana.getByRole("combobox", { name: "Message Signoff" });
  await composer.fill("/promote orders-sync production");
  await composer.press("Enter");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await ask
    .getByLabel(/Message/)
    .fill("Rounds amounts as the bank does. In Staging since Tuesday, no errors. Please before six. 🙏");
  await take(dana, "request-approval");
  await press(ask, "Request Approval");
  await bob.getByRole("button", { name: "Approve request 1" }).waitFor();
  await take(bob, "review-card");
  await press(bob, "Review request 1");
  await bob.getByRole("dialog", { name: "Review Details" }).waitFor();
  await take(bob, "review-details", 1180);
  await bob.keyboard.press("Escape");
  await press(bob, "Approve request 1");
  await press(bob.getByRole("dialog", { name: "Approve for Production?" }), "Approve");
  await dana.getByText("Bob Reviewer approved #1").first().waitFor();
  await dana.getByRole("button", { name: "Promote request 1" }).waitFor();
  await take(dana, "approved");
  await homes(dana, bob);
  await press(await messages(dana), "Promote request 1");
  await dana.getByText("Promoted: 1.4.1 is live in Production").first().waitFor();
  await bob.getByRole("link", { name: /^Mail/ }).click();
  await bob.getByRole("link", { name: /Review: Orders Sync/ }).click();
  await bob.frameLocator("iframe").getByRole("link", { name: "Review in Slack" }).waitFor();
  await take(bob, "mail", 1500);
}

/** A pipeline build that is promoted to Staging through the webhook and fails. */
async function webhook(): Promise<void> {
  const ci = await open("Ada Admin");
  await ci.getByRole("link", { name: "CI", exact: true }).click();
  await ci.getByLabel("Commit message").fill("Skip items that are out of stock");
  await press(ci, "Register Build");
  await press(ci, "Deploy 0.13.1 to Development");
  await ci.locator("#stage-development").getByText("0.13.1").waitFor();
  await press(ci, "Fail");
  const dana = await open("Dana Developer");
  const composer = dana.getByRole("combobox", { name: "Message Signoff" });
  await composer.fill("/promote inventory-feed staging");
  await composer.press("Enter");
  await press(dana.getByRole("dialog", { name: "Request Approval" }), "Request Approval");
  const bob = await open("Bob Reviewer");
  await press(bob, "Approve request 4");
  await press(dana, "Promote request 4");
  await dana.getByRole("button", { name: "Try Again request 4" }).waitFor();
  await dana.getByText("the health check answered 500").last().waitFor();
  await take(dana, "failed", 1020);
  await ci.getByText("failed", { exact: true }).waitFor();
  await take(ci, "ci", 1060);
}

async function messages(page: Page): Promise<Page> {
  await page
    .getByRole("navigation", { name: "Signoff tabs" })
    .getByRole("link", { name: "Messages" })
    .click();
  return page;
}

/** The App Home of a requester and of a reviewer. */
async function homes(dana: Page, bob: Page): Promise<void> {
  const home = await openHome(dana);
  await press(home, "Request to Promote: Billing to Staging");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await press(home, "Request to Promote: Inventory Feed to Production");
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await home.getByRole("button", { name: "Cancel Request: Inventory Feed to Production" }).waitFor();
  await take(dana, "home-overview", 1100);
  const bobHome = await openHome(bob);
  await press(bobHome, "Approvals: 2 requests wait for your review");
  await bobHome.getByRole("button", { name: "Review request 3" }).waitFor();
  await take(bob, "home-approvals");
}

/** The settings that an admin sees. */
async function settings(): Promise<void> {
  const ada = await open("Ada Admin");
  const home = await openHome(ada);
  await press(home, "Settings");
  await home.getByText("Environment Promotion").waitFor();
  await take(ada, "settings-workflows");
  await press(home, "Edit Environment Promotion");
  const workflow = ada.getByRole("dialog", { name: "Configure Workflow" });
  await workflow.getByText("can review").waitFor();
  await take(ada, "configure-workflow", 1270);
  await press(workflow, "Dismiss");
  await press(home, "Show Roles");
  await press(home, "Edit Release Managers");
  const role = ada.getByRole("dialog", { name: "Edit Role" });
  await role.getByRole("button", { name: "Remove Bob Reviewer" }).waitFor();
  await take(ada, "edit-role");
  await press(role, "Dismiss");
  await take(ada, "settings-roles");
  await press(home, "Show Projects");
  await press(home, "Open Commerce");
  await home.getByText("3. Production").waitFor();
  await take(ada, "settings-projects", 1000);
  await press(home, "Record Deployment");
  const deployment = ada.getByRole("dialog", { name: "Record Deployment" });
  await recordManualDeployment(deployment);
  await take(ada, "record-deployment");
  await press(deployment, "Dismiss");
}

/** The webhook settings of an integration, with the secret that is shown once. */
async function deployers(): Promise<void> {
  const ada = await open("Ada Admin");
  const home = await reopenHome(ada);
  await press(home, "Edit Inventory Feed");
  await press(ada.getByRole("dialog", { name: "Edit Integration" }), "Webhook Settings");
  const webhook = ada.getByRole("dialog", { name: "Webhook" });
  await press(webhook, "Rotate Secret");
  await press(ada.getByRole("dialog", { name: "Rotate the secret?" }), "Rotate");
  await webhook.getByText("Copy the secret now").waitFor();
  await take(ada, "webhook");
  await press(webhook, "Dismiss");
}

/** Creating a token for pipelines, and the list of tokens. */
async function tokens(): Promise<void> {
  const ada = await open("Ada Admin");
  const home = await reopenHome(ada);
  await press(home, "Show API Tokens");
  await press(home, "New Token");
  const form = ada.getByRole("dialog", { name: "New Token" });
  await form.getByLabel("Name").fill("CI of Commerce");
  for (const scope of ["Register builds", "Report deployments", "Request and cancel promotions"]) {
    await form.getByLabel(scope).check();
  }
  await press(form, "Create");
  await form.getByText("you will not see it again").waitFor();
  await take(ada, "token-made");
}

/** The delivery status of a request's notifications. */
async function deliveries(): Promise<void> {
  const ada = await open("Ada Admin");
  const composer = ada.getByRole("combobox", { name: "Message Signoff" });
  await composer.fill("/approvals");
  await composer.press("Enter");
  const approvals = ada.getByRole("dialog", { name: "Approvals" });
  await press(approvals, "Past");
  await press(approvals, "Details of request 1");
  await press(ada.getByRole("dialog", { name: "Review Details" }), "Deliveries");
  await ada.getByRole("dialog", { name: "Deliveries of #1" }).getByText("Review card").first().waitFor();
  await take(ada, "deliveries", 1020);
}

/** Closes the settings, so that the Home is back at its start. */
async function reopenHome(page: Page): Promise<Locator> {
  await page.getByRole("navigation", { name: "Signoff tabs" }).getByRole("link", { name: "Home" }).click();
  const home = page.getByRole("region", { name: "Signoff Home" });
  await home.getByRole("button", { name: "Settings, shown now" }).waitFor();
  return home;
}

async function recordManualDeployment(form: Locator): Promise<void> {
  await form.getByRole("combobox", { name: "Integration" }).click();
  await form.getByRole("option", { name: "Returns" }).click();
  await form.getByLabel("Version").fill("3.1.0");
  await form.getByLabel("Commit").fill("5d0be92f41");
  await form.getByLabel("Link").fill("https://ci.example/returns/240");
}
