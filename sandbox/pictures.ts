import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";

/** `npm run pictures`: walks the sandbox in Chromium and takes the pictures of the docs. */

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

async function open(name?: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1180, height: 820 } });
  await page.goto(address);
  if (name !== undefined) await page.locator("a", { hasText: name }).first().click();
  return page;
}

const take = async (page: Page, name: string) => {
  await page.evaluate("document.fonts.ready");
  await page.screenshot({ path: `${root}docs/images/${name}.png` });
};

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
await ask.getByRole("button", { name: "Request Approval" }).click();
await bob.getByRole("button", { name: "Approve request 1" }).waitFor();
await take(bob, "review-card");
await bob.getByRole("button", { name: "Review request 1" }).click();
await bob.getByRole("dialog", { name: "Review Details" }).waitFor();
await take(bob, "review-details");
await bob.keyboard.press("Escape");
await bob.getByRole("button", { name: "Approve request 1" }).click();
await bob
  .getByRole("dialog", { name: "Approve for Production?" })
  .getByRole("button", { name: "Approve" })
  .click();
await dana.getByText("Bob Reviewer approved #1").first().waitFor();
await dana.getByRole("button", { name: "Promote request 1" }).waitFor();
await take(dana, "approved");
await dana.getByRole("button", { name: "Promote request 1" }).click();
await dana.getByText("Promoted: 1.4.1 is live in Production").first().waitFor();
await bob.getByRole("link", { name: /^Mail/ }).click();
await bob.getByRole("link", { name: /Review: Orders Sync/ }).click();
await bob.frameLocator("iframe").getByRole("link", { name: "Review in Slack" }).waitFor();
await take(bob, "mail");
await browser.close();
sandbox.kill("SIGTERM");
