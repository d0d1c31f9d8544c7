import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, startTestStack, type TestStack } from "../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack();
  await stack.request("dana", "orders-sync");
});

afterAll(() => stack?.stop());

const sql = () => stack.database.database.sql;

const shown = (name: string, title: string) =>
  eventually(() => expect(stack.modal(name).title?.text).toBe(title));

/** Opens Approvals, the request's details and, if present, Deliveries. */
async function openDetails(name: string) {
  while (stack.slack.topView(stack.id(name))) await stack.slack.closeView(stack.id(name));
  await stack.slack.command(stack.id(name), "/approvals");
  await shown(name, "Approvals");
  await stack.pressModal(name, "open_details");
  await shown(name, "Review Details");
}

async function openLedger(name: string) {
  await openDetails(name);
  await stack.pressModal(name, "open_ledger");
  await shown(name, "Deliveries of #1");
}

async function refresh(words: string) {
  await stack.pressModal("ada", "refresh_ledger");
  await eventually(() => expect(stack.modalText("ada")).toContain(words));
}

describe("Deliveries, for admins", () => {
  test("a button in Review Details opens it as the third modal on the stack: recipients, notices, and channels", async () => {
    await openLedger("ada");
    const text = stack.modalText("ada");
    expect(text).toContain("Orders Sync 1.4.2 from Development to Staging\n*5 sent*");
    expect(text).toMatch(/✅ \*Dana Developer\* · Requester's card\nPosted <!date\^/);
    expect(text).toMatch(/✅ \*Bob Reviewer\* · Review card\nPosted <!date\^/);
    expect(text).toMatch(
      /✅ \*Carol Reviewer\* · Email to carol@acme\.example: asked to review\nSent <!date\^/,
    );
    expect(stack.slack.violations).toEqual([]);
  });

  test("Refresh shows the current state: what failed, why, and when it is retried", async () => {
    await sql()`update outbox set outcome = 'dead', reason = 'no email address'
      where kind = 'send-email' and recipient_id = ${stack.id("carol")}`;
    await sql()`update outbox set outcome = null, settled_at = null, attempts = 3, in_doubt = true,
        reason = 'Resend answers <500>', available_at = now() + interval '1 hour'
      where kind = 'send-email' and recipient_id = ${stack.id("bob")}`;
    await refresh("*3 sent · 1 retrying · 1 failed*");
    const text = stack.modalText("ada");
    expect(text).toMatch(
      /⛔ \*Carol Reviewer\* · Email to carol@acme\.example: asked to review\nFailed: no email address · <!date/,
    );
    expect(text).toMatch(
      /🔁 \*Bob Reviewer\* .*\nTried 3 times, may have arrived: Resend answers &lt;500&gt; · next try <!date/,
    );
    expect(text.indexOf("⛔")).toBeLessThan(text.indexOf("🔁"));
    expect(text.indexOf("🔁")).toBeLessThan(text.indexOf("✅"));
  });

  test("500 reviewers: the counts, a hundred of them, and how many more", async () => {
    await sql()`insert into outbox (organization_id, kind, key, payload, request_number, recipient_id, settled_at, outcome)
      select ${stack.app.organizationId}, 'send-message', 'm' || i, '{"event":"reminder"}', 1, 'U' || i, now(), 'done'
      from generate_series(1, 500) i`;
    await refresh("*503 sent · 1 retrying · 1 failed*");
    expect(stack.modalText("ada")).toContain("… and 405 more sent");
    expect(stack.slack.violations).toEqual([]);
  });

  test("R13: a person who is no longer an admin learns on Refresh why not, and who is", async () => {
    await stack.reseed((seed) => {
      const admin = seed.roles.find(({ name }) => name === "Admin");
      if (admin) admin.members = ["sam@acme.example"];
    });
    await refresh("Sam Newcomer");
    expect(stack.modalText("ada")).not.toContain("Deliveries");
  });

  test("only admins have the button; R13: an old button says why not, and who can", async () => {
    await openDetails("bob");
    expect(JSON.stringify(stack.modal("bob").blocks)).not.toContain("open_ledger");
    await openDetails("sam");
    await stack.reseed((seed) => {
      const admin = seed.roles.find(({ name }) => name === "Admin");
      if (admin) admin.members = ["ada@acme.example"];
    });
    await stack.pressModal("sam", "open_ledger");
    await eventually(() => expect(stack.modalText("sam")).toContain("Ada Admin"));
  });

  test("for an old request it says that old deliveries are no longer listed", async () => {
    const words = "What was sent more than half a year ago is not listed any more.";
    await openLedger("ada");
    expect(stack.modalText("ada")).not.toContain(words);
    await sql()`update requests set created_at = created_at - interval '181 days'`;
    await refresh(words);
    expect(stack.slack.violations).toEqual([]);
  });
});
