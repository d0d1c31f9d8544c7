import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { press, startSandbox, type } from "./support.ts";

const { as } = startSandbox();

const openCi = async (page: Page) => {
  await page.getByRole("link", { name: "CI", exact: true }).click();
  await page.getByRole("heading", { name: "CI", level: 1 }).waitFor();
};

async function request(dana: Page, target: string): Promise<void> {
  await type(dana, `/promote inventory-feed ${target}`);
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
}

test("a build is registered, deployed to Development, reviewed, and promoted by the webhook at the second try", async () => {
  const ci = await as("Ada Admin");
  await openCi(ci);
  await ci.getByLabel("Version").fill("0.14.0");
  await ci.getByLabel("Commit message").fill("Skip items that are out of stock");
  await press(ci, "Register Build");
  await press(ci, "Deploy 0.14.0 to Development");
  await ci.locator("#stage-development").getByText("0.14.0").waitFor();

  const dana = await as("Dana Developer");
  const bob = await as("Bob Reviewer");
  await request(dana, "staging");
  await press(bob, "Approve request 1");

  // The receiver fails and gives its reason.
  await press(ci, "Fail");
  await ci.getByLabel("It fails because").fill("the migration did not run");
  await press(ci, "Set");
  await press(dana, "Promote request 1");
  await dana.getByText("the migration did not run").first().waitFor();
  await ci
    .getByRole("listitem")
    .filter({ hasText: "#1 Inventory Feed 0.14.0 → Staging" })
    .getByText("failed", { exact: true })
    .waitFor();

  // The second attempt is slow, and its card has the link. Then it is completed early.
  await press(ci, "Go slowly");
  await press(dana, "Try Again request 1");
  await ci.getByRole("button", { name: "Succeed now: Inventory Feed 0.14.0 to Staging" }).click();
  await dana.getByText("Promoted: 0.14.0 is live in Staging").first().waitFor();
  await ci.locator("#stage-staging").getByText("0.14.0").waitFor();
});

test("a deployment that stays silent can succeed late", async () => {
  const ci = await as("Ada Admin");
  const dana = await as("Dana Developer");
  const bob = await as("Bob Reviewer");
  await openCi(ci);
  await press(ci, "Stay silent");
  await request(dana, "production");
  await press(bob, "Approve request 2");
  await press(bob.getByRole("dialog", { name: "Approve for Production?" }), "Approve");
  await press(dana, "Promote request 2");
  const succeed = ci.getByRole("button", { name: "Succeed now: Inventory Feed 0.14.0 to Production" });
  await succeed.click();
  await dana.getByText("Promoted: 0.14.0 is live in Production").first().waitFor();
});

test("a deployment that bypasses the gate is recorded, marked, and reported to the admins", async () => {
  const ada = await as("Ada Admin");
  await openCi(ada);
  await ada.getByRole("link", { name: "Orders Sync" }).click();
  await press(ada, "Deploy 1.4.2 to Production unapproved");
  await ada.locator("#stage-production").getByText("outside approval").waitFor();
  await ada.getByRole("navigation", { name: "Conversations" }).getByRole("link", { name: "Signoff" }).click();
  await ada
    .getByText(/1\.4\.2/)
    .first()
    .waitFor();
  expect(await ada.locator(".strip").count()).toBe(0);
});
