import { expect, test } from "vitest";
import { startSandbox, type } from "./support.ts";

const { as } = startSandbox();

test("three people walk a build from Staging to Production", async () => {
  const dana = await as("Dana Developer");
  const bob = await as("Bob Reviewer");
  const carol = await as("Carol Reviewer");

  await type(dana, "/promote orders-sync production");
  const ask = dana.getByRole("dialog", { name: "Request Approval" });
  await ask.getByText("1.4.1").first().waitFor();
  await ask.getByLabel(/Message/).fill("Tested since Tuesday <!channel>");
  await ask.getByRole("button", { name: "Request Approval" }).click();
  await ask.waitFor({ state: "hidden" });
  await dana.getByRole("button", { name: "Cancel request 1", exact: true }).waitFor();

  // Carol is still writing a rejection when Bob approves. Production is critical, so a dialog confirms it
  // first.
  await carol.getByRole("button", { name: "Reject request 1" }).click();
  const reject = carol.getByRole("dialog", { name: "Reject #1" });
  await reject.getByLabel(/Why/).fill("Not before the weekend");

  await bob.getByText("Tested since Tuesday <!channel>").waitFor();
  await bob.getByRole("button", { name: "Approve request 1" }).click();
  const confirm = bob.getByRole("dialog", { name: "Approve for Production?" });
  await confirm.getByRole("button", { name: "Approve" }).click();
  await bob
    .getByText(/Approved by @?Bob Reviewer/)
    .first()
    .waitFor();

  await reject.getByRole("button", { name: "Reject" }).click();
  const outcome = carol.getByRole("dialog", { name: "Request #1" });
  await outcome.getByText("Not before the weekend").waitFor();
  await outcome
    .getByText(/Approved by @?Bob Reviewer/i)
    .first()
    .waitFor();

  // Dana's window updates by itself, and she promotes.
  await dana.getByText("Bob Reviewer approved #1").first().waitFor();
  await dana.getByRole("button", { name: "Promote request 1" }).click();
  await dana.getByText("Promoted: 1.4.1 is live in Production").first().waitFor();
  await bob.getByText("Promoted: 1.4.1 is live in Production").first().waitFor();

  // The email links to her own card.
  await dana.getByRole("link", { name: /^Mail/ }).click();
  await dana.getByRole("link", { name: /Promoted: Orders Sync/ }).click();
  const mail = dana.frameLocator("iframe");
  await mail.getByRole("link", { name: "Open in Slack" }).click();
  await dana.getByText("Promoted: 1.4.1 is live in Production").first().waitFor();
  expect(new URL(dana.url()).pathname).toMatch(/^\/as\//);
});

test("a person without the role learns privately why not, and who can review", async () => {
  const sam = await as("Sam Newcomer");
  await type(sam, "/promote finance/billing");
  const ask = sam.getByRole("dialog", { name: "Request Approval" });
  await ask.getByText(/only Finance Developers can request and promote/).waitFor();
  await ask.getByRole("button", { name: "Request Approval" }).click();
  await ask
    .getByText(/only Finance Developers can request and promote/)
    .nth(1)
    .waitFor();
});

test("an ambiguous name offers the choices, and help explains", async () => {
  const dana = await as("Dana Developer");
  await type(dana, "/promote help");
  await dana.getByText("Only visible to you").first().waitFor();
  await type(dana, "/promote billing");
  await dana.getByRole("button", { name: "Billing in Finance" }).click();
  await dana
    .getByRole("dialog", { name: "Request Approval" })
    .getByText("Live in Pre-production now")
    .waitFor();
});
