import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { openHome, pick, press, startSandbox, type } from "./support.ts";

const { as } = startSandbox("--empty");

async function makeRole(home: Locator): Promise<void> {
  await press(home, "Show Roles");
  await press(home, "New Role");
  const role = home.page().getByRole("dialog", { name: "New Role" });
  await role.getByLabel("Name").fill("Release Managers");
  await pick(role, "Members", "Bob Reviewer", "Carol Reviewer");
  await press(role, "Create");
  await role.waitFor({ state: "hidden" });
  await home.getByText("2 members · whole organization").waitFor();
}

async function makeProject(home: Locator): Promise<void> {
  await press(home, "Show Projects");
  await press(home, "New Project");
  const project = home.page().getByRole("dialog", { name: "New Project" });
  await project.getByRole("textbox", { name: "Name", exact: true }).fill("Commerce");
  await project.getByLabel("Environments").fill("Development\nStaging\nProduction !");
  await press(project, "Create");
  await project.waitFor({ state: "hidden" });
  await home.getByText("3. Production").waitFor();
  await press(home, "Add Integration");
  const integration = home.page().getByRole("dialog", { name: "Add Integration" });
  await integration.getByRole("textbox", { name: "Name", exact: true }).fill("Orders Sync");
  await press(integration, "Save");
  await integration.waitFor({ state: "hidden" });
}

async function recordManualDeployment(home: Locator): Promise<void> {
  await press(home, "Record Deployment");
  const form = home.page().getByRole("dialog", { name: "Record Deployment" });
  await form.getByLabel("Environment", { exact: true }).selectOption("Development");
  await form.getByLabel("Version").fill("1.4.2");
  await form.getByLabel("Commit").fill("9f2c1ab");
  await form.getByLabel("Link").fill("https://builds.acme.example/1.4.2");
  await press(form, "Record");
  await form.waitFor({ state: "hidden" });
  await home.getByText("Development 1.4.2").waitFor();
}

async function turnOnWorkflow(home: Locator): Promise<void> {
  await press(home, "Show Workflows");
  await home.getByText("Promote acts at once, without a review").waitFor();
  await press(home, "Turn on Environment Promotion");
  const form = home.page().getByRole("dialog", { name: "Configure Workflow" });
  await form.getByText("Nobody can review yet").waitFor();
  await pick(form, "Roles", "Release Managers");
  await form.getByText("2 people can review, 2 will be told").waitFor();
  await pick(form, "Assignees", "Bob Reviewer");
  await form.getByText("1 person can review, 1 will be told").waitFor();
  await pick(form, "Assignees", "Carol Reviewer");
  await form.getByText("2 people can review, 2 will be told").waitFor();
  await press(form, "Save");
  await form.waitFor({ state: "hidden" });
  await home.getByText("Release Managers, two assignees · 1 approval").waitFor();
}

test("from an empty organization to a promoted build, with nothing but Slack", async () => {
  const ada = await as("Ada Admin");
  const adaHome = await openHome(ada);
  await adaHome.getByText("There is no project yet.").waitFor();
  await adaHome.getByRole("button", { name: "Make a Project" }).waitFor();
  await press(adaHome, "Settings");
  await makeRole(adaHome);
  await makeProject(adaHome);
  await recordManualDeployment(adaHome);
  await turnOnWorkflow(adaHome);

  const dana = await as("Dana Developer");
  const danaHome = await openHome(dana);
  await press(danaHome, "Request to Promote: Orders Sync to Staging");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await ask.getByText("1.4.2").first().waitFor();
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });
  await danaHome.getByRole("button", { name: "Cancel Request: Orders Sync to Staging" }).waitFor();
  // People who are not admins have no way into the settings.
  expect(await danaHome.getByRole("button", { name: /^Settings/ }).count()).toBe(0);

  const bob = await as("Bob Reviewer");
  const bobHome = await openHome(bob);
  await press(bobHome, "Approvals: 1 request waits for your review");
  await bobHome.getByText("#1 Orders Sync 1.4.2").waitFor();
  await press(bobHome, "Review request 1");
  const details = bob.getByRole("dialog", { name: "Review Details" });
  await details.getByRole("radio", { name: "Approve" }).check();
  await press(details, "Submit");
  await details.waitFor({ state: "hidden" });
  await bobHome.getByText("Nothing waits for your review").waitFor();

  // Dana's Home updates by itself.
  await press(danaHome, "Promote #1: Orders Sync to Staging");
  // The card has a caution, so Promote asks.
  const caution = danaHome.page().getByRole("dialog", { name: "Promote #1?" });
  await press(caution, "Promote Anyway");
  await danaHome.getByRole("button", { name: "Request to Promote: Orders Sync to Production" }).waitFor();
  await danaHome.getByText("The same is live in Staging").waitFor();
  expect(await danaHome.getByText("Live: 1.4.2").count()).toBe(2);
});

test("R13: a person who is not an admin learns who the admins are", async () => {
  const sam = await as("Sam Newcomer");
  await type(sam, "/promotion-settings");
  await sam.getByText("Only admins can change settings. Ada Admin can.").waitFor();
  await sam.getByText("Only visible to you").waitFor();
  expect(await sam.getByRole("dialog").count()).toBe(0);
});

test("R4: a reviewer who becomes a guest or is deactivated in Slack can no longer review", async () => {
  const dana = await as("Dana Developer");
  const danaHome = await openHome(dana);
  await press(danaHome, "Request to Promote: Orders Sync to Production");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await press(ask, "Request Approval");
  await ask.waitFor({ state: "hidden" });

  const bob = await as("Bob Reviewer");
  const carol = await as("Carol Reviewer");
  const approve = bob.getByRole("button", { name: "Approve request 2" });
  await approve.waitFor();
  await carol.getByText("Can review: Bob Reviewer and Carol Reviewer").first().waitFor();

  // A guest keeps the window, which then shows nothing of the request.
  const ada = await as("Ada Admin");
  await ada.getByRole("link", { name: "Workspace" }).click();
  const standing = ada.getByLabel("Standing of Bob Reviewer");
  await standing.selectOption("Guest");
  await approve.waitFor({ state: "detached" });
  await bob.getByText("This card is no longer shown to you").first().waitFor();
  await standing.selectOption("Full member");
  await approve.waitFor();

  await press(ada, "Deactivate Bob Reviewer");
  await bob.getByText("Bob Reviewer is deactivated").waitFor();
  await carol.getByText("Can review: Carol Reviewer").first().waitFor();
  await carol.getByRole("button", { name: "Approve request 2" }).waitFor();
});
