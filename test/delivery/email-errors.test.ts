import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Failure } from "../support/mail-proxy.ts";
import { eventually } from "../support/test-stack.ts";
import { type FaultyStack, startFaultyStack } from "./support.ts";

let stack: FaultyStack;
/** Whether the sender was told to wait. Its pause ends with its process. */
let paused = false;

beforeAll(async () => {
  stack = await startFaultyStack();
});
afterAll(() => stack?.stop());
afterEach(async () => {
  await stack.clearFaults();
  if (paused) await stack.restartWith({ RESEND_BASE_URL: stack.resend.url });
  paused = false;
  expect(stack.slack.violations).toEqual([]);
});

const to = (name: string) => {
  const address = `"to":"${name === "dana" ? "dev" : name}@acme.example"`;
  return ({ body }: { body: string }) => body.includes(address);
};

/** Returns the emails to a person about a request that Resend was asked to send. */
const askedFor = (name: string, number: number) =>
  stack.resend.requests.filter((asked) => to(name)(asked) && asked.body.includes(`[#${number}] `));

/** Makes Resend refuse Bob's emails, requests a promotion, and returns the status of Bob's email. */
async function bobsEmail(how: Failure) {
  stack.resend.requests.length = 0;
  paused = how.status === 429;
  stack.resend.refuse(to("bob"), how);
  const number = await stack.submitRequest();
  const items = await stack.waitUntilAttempted("send-email", number);
  return { number, bob: items.find(({ recipient }) => recipient === "bob"), items };
}

/** They have their card regardless of their email. */
const hasCard = (name: string, number: number) => eventually(() => stack.cardFor(name, number));

describe("a permanent error: dead at once, with Resend's words", () => {
  test.each<[number, string, string?]>([
    [400, "invalid_idempotency_key"],
    [400, "validation_error", "Something about a field"],
    [404, "not_found"],
    [405, "method_not_allowed"],
    [409, "invalid_idempotent_request"],
    [422, "missing_required_field"],
    [422, "invalid_parameter"],
    [422, "invalid_attachment"],
    [451, "security_error"],
  ])("%i %s", async (status, name, message = `Because of ${name}`) => {
    const { bob, number } = await bobsEmail({ status, name, message });
    expect(bob).toMatchObject({ outcome: "dead", attempts: 1 });
    expect(bob?.reason).toBe(`Resend refused the email: ${message} (${status} ${name})`);
    expect(askedFor("bob", number)).toHaveLength(1);
    await hasCard("bob", number);
  });
});

describe("a passing error: tried again with the same key and bytes, and it arrives once", () => {
  test.each<[number, string]>([
    [408, "application_error"],
    [409, "concurrent_idempotent_requests"],
    [500, "internal_server_error"],
    [502, "application_error"],
    [503, "application_error"],
  ])("%i %s", async (status, name) => {
    const { bob, number } = await bobsEmail({ status, name });
    expect(bob).toMatchObject({ outcome: null, inDoubt: true });
    expect(bob?.reason).toContain(`(${status} ${name})`);
    stack.resend.recover();
    await stack.wakeAll();
    await stack.allSent();
    const asked = askedFor("bob", number);
    expect(asked.length).toBeGreaterThanOrEqual(2);
    expect(new Set(asked.map(({ key, body }) => key + body)).size).toBe(1);
    const mails = (await stack.mailsTo("bob")).filter(({ subject }) => subject.includes(`#${number}`));
    expect(mails).toHaveLength(1);
  });
});

describe("the account's limits: put off, which counts as no try", () => {
  test.each<[string, Failure["headers"], number]>([
    ["rate_limit_exceeded", { "retry-after": "40" }, 40],
    ["rate_limit_exceeded", { "ratelimit-reset": "40" }, 40],
    ["daily_quota_exceeded", {}, 900],
    ["monthly_quota_exceeded", {}, 900],
  ])("429 %s %j", async (name, headers, seconds) => {
    const { bob } = await bobsEmail({ status: 429, name, ...(headers && { headers }) });
    expect(bob).toMatchObject({ outcome: null, attempts: 0, inDoubt: false });
    expect(bob?.due).toBeGreaterThan(seconds - 15);
    expect(bob?.due).toBeLessThan(seconds + 15);
    expect(bob?.reason).toBe(`Resend wants us to wait: Told to fail (429 ${name})`);
  });
});

test("after a 429 nothing goes out until its time, though other emails are due", async () => {
  const { number } = await bobsEmail({
    status: 429,
    name: "rate_limit_exceeded",
    headers: { "retry-after": "60" },
  });
  const before = stack.resend.requests.length;
  await stack.wakeAll();
  const other = await stack.submitRequest();
  const items = await stack.waitUntilAttempted("send-email", other);
  expect(items.map(({ outcome, attempts }) => [outcome, attempts])).toEqual([
    [null, 0],
    [null, 0],
  ]);
  expect(stack.resend.requests).toHaveLength(before);
  await hasCard("carol", number);
});

test("a success whose headers say that nothing is left holds the next one back", async () => {
  stack.resend.requests.length = 0;
  paused = true;
  stack.resend.addHeaders({ "ratelimit-limit": "1", "ratelimit-remaining": "0", "ratelimit-reset": "45" });
  await stack.submitRequest();
  await eventually(() => expect(stack.resend.requests.length).toBeGreaterThan(0));
  await stack.settle();
  const before = stack.resend.requests.length;
  const number = await stack.submitRequest();
  const items = await stack.waitUntilAttempted("send-email", number);
  for (const one of items) expect(one).toMatchObject({ outcome: null, attempts: 0 });
  expect(stack.resend.requests).toHaveLength(before);
});

describe("23 hours after the first try", () => {
  test("an email that was tried is given up, before its key is forgotten and it would arrive twice", async () => {
    const { number } = await bobsEmail({ status: 500, name: "internal_server_error" });
    stack.resend.recover();
    stack.resend.requests.length = 0;
    stack.later({ hours: 23 });
    await stack.wakeAll();
    const bob = await eventually(async () => {
      const found = (await stack.items("send-email", number)).find(({ recipient }) => recipient === "bob");
      expect(found?.outcome).toBe("dead");
      return found;
    });
    expect(bob?.reason).toMatch(
      /^given up 23 hours after the first try, before Resend would send it twice; Resend/,
    );
    expect(askedFor("bob", number)).toEqual([]);
  });
});

describe("an email that only waited for the account's limit", () => {
  /** @param meanwhile what happens before there is room again: a job may send the email as soon as there is */
  const waited = async (meanwhile?: () => Promise<unknown>) => {
    const { number } = await bobsEmail({ status: 429, name: "daily_quota_exceeded" });
    await meanwhile?.();
    stack.later({ hours: 23 });
    stack.resend.recover();
    return number;
  };
  const restarted = async () => {
    // The sender's pause ends with its process.
    await stack.restartWith({ RESEND_BASE_URL: stack.resend.url });
    await stack.wakeAll();
    await stack.allSent();
  };

  test("is not given up, as nothing was sent of it: it goes out when there is room, once", async () => {
    const number = await waited();
    await restarted();
    expect((await stack.mailsTo("bob")).filter(({ subject }) => subject.includes(`#${number}`))).toHaveLength(
      1,
    );
  });

  test("describes the state at the time of sending: nobody is asked for a review that is no longer needed", async () => {
    const number = await waited(() => stack.press("carol", "approve_request"));
    await restarted();
    expect((await stack.mailsTo("bob")).filter(({ subject }) => subject.includes(`#${number}`))).toEqual([]);
    expect(await stack.items("send-email", number)).toContainEqual(
      expect.objectContaining({ recipient: "bob", outcome: "done", attempts: 1 }),
    );
  });
});

test("an email that waits is not sent to an address that has moved to somebody else", async () => {
  const { number } = await bobsEmail({ status: 500, name: "internal_server_error" });
  const { sql } = stack.database.database;
  const { organizationId } = stack.app;
  await sql`update members set email = null where id = ${stack.id("bob")}`;
  await sql`
    insert into members (organization_id, id, name, email, time_zone, standing, refreshed_at)
    values (${organizationId}, 'UNEWBOB', 'New Bob', 'Bob@acme.example', 'UTC', 'active', now())`;
  stack.resend.recover();
  stack.resend.requests.length = 0;
  const bob = await eventually(async () => {
    await stack.wakeAll();
    const item = (await stack.items("send-email", number)).find(({ recipient }) => recipient === "bob");
    expect(item?.outcome).toBe("dead");
    return item;
  });
  expect(bob?.reason).toBe("the email address belongs to somebody else now");
  expect(askedFor("bob", number)).toEqual([]);
  await sql`delete from members where id = 'UNEWBOB'`;
  await sql`update members set email = 'bob@acme.example' where id = ${stack.id("bob")}`;
});
