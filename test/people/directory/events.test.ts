import { and, eq, like } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as schema from "../../../db/schema/index.ts";
import { startTestStack, type TestStack, textOf } from "../../support/test-stack.ts";

let stack: TestStack;

beforeAll(async () => {
  stack = await startTestStack({ proxied: true, slack: { eventRetriesMs: [] } });
  await stack.settle();
});

afterAll(() => stack?.stop());

const db = () => stack.database.database.db;

const stored = async (name: string) =>
  (
    await db()
      .select()
      .from(schema.members)
      .where(eq(schema.members.id, stack.id(name)))
  )[0];

const audited = (subject: string) =>
  db().select().from(schema.auditLog).where(eq(schema.auditLog.subject, subject));

const outboxLike = (key: string) => db().select().from(schema.outbox).where(like(schema.outbox.key, key));

const fetches = (name: string) =>
  stack.slack.calls.filter(({ method, args }) => method === "users.info" && args.user === stack.id(name));

const change = async (name: string, what: object) => {
  stack.slack.workspace.changePerson(stack.id(name), what);
  await stack.settle();
};

/** Returns the buttons of a person's card of the open request. */
const buttons = (name: string, number: number): string[] =>
  stack
    .cardFor(name, number)
    .blocks.filter(({ type }) => type === "actions")
    .flatMap(({ elements }) => (elements as { action_id: string }[]).map((one) => one.action_id));

test("the workspace's owners and admins are known from the start, so that there is somebody to name", async () => {
  expect(await stored("ada")).toMatchObject({ status: "active", workspaceRole: "owner" });
  expect(await stored("sam")).toBeUndefined();
});

test("R4: a reviewer's new name is on the open request's cards", async () => {
  await stack.request("dana", "commerce/orders-sync");
  expect(textOf(stack.cardFor("dana", 1))).toContain("Carol Reviewer");
  await change("carol", { realName: "Carol Newname", email: "carol.new@acme.example", tz: "Asia/Tokyo" });
  expect(await stored("carol")).toMatchObject({
    name: "Carol Newname",
    email: "carol.new@acme.example",
    timeZone: "Asia/Tokyo",
  });
  expect(textOf(stack.cardFor("dana", 1))).toContain("Carol Newname");
  expect(await audited(`member:${stack.id("carol")}`)).toEqual([]);
});

test("R4, R12: a reviewer who is deactivated stops being one immediately, and it is audited", async () => {
  expect(buttons("carol", 1)).toContain("approve_request");
  await change("carol", { deleted: true });
  expect(await stored("carol")).toMatchObject({ status: "deactivated" });
  expect(buttons("carol", 1)).not.toContain("approve_request");
  expect(textOf(stack.cardFor("dana", 1))).not.toContain("Carol Newname");
  expect(await audited(`member:${stack.id("carol")}`)).toMatchObject([
    {
      action: "member.changed",
      surface: "slack",
      actor: { kind: "system" },
      before: { standing: "active" },
      after: { standing: "deactivated" },
    },
  ]);
});

test("R4: it holds although Slack does not answer who they are now", async () => {
  await change("carol", { deleted: false });
  expect(buttons("carol", 1)).toContain("approve_request");
  stack.slack.faults.rateLimit("users.info", 60, 100);
  await change("carol", { deleted: true });
  expect(await stored("carol")).toMatchObject({ status: "deactivated" });
  expect(buttons("carol", 1)).not.toContain("approve_request");
  stack.slack.faults.clear();
  const [item] = await outboxLike(`member:${stack.id("carol")}`);
  expect(item).toMatchObject({ settledAt: null, reason: "Slack's rate limit" });
  expect((item?.availableAt.getTime() ?? 0) - Date.now()).toBeGreaterThan(50_000);
  // The following tests do not wait for the minute, because another process has not received the rate limit.
  await stack.restartWith({});
});

test("R4, R13: a reviewer who becomes a guest loses the card, and gets it again as a full member", async () => {
  const { ts } = stack.cardFor("bob", 1);
  await change("bob", { isRestricted: true });
  expect(await stored("bob")).toMatchObject({ status: "guest" });
  const shown = stack.slack.messagesFor(stack.id("bob")).find((message) => message.ts === ts);
  expect(textOf(shown ?? { blocks: [] })).toContain(
    "This card is no longer shown to you: only full members of this workspace can use Signoff. If you need access, ask an admin of Signoff or an owner of this workspace.",
  );
  expect(shown?.text).not.toContain("#1");
  expect(textOf(stack.cardFor("dana", 1))).toContain("Nobody can review this now");
  await change("bob", { isRestricted: false });
  expect(buttons("bob", 1)).toContain("approve_request");
});

test("Slack's events about unknown people change nothing, unless they are workspace owners or admins", async () => {
  await change("sam", { realName: "Sam Samson" });
  expect([await stored("sam"), fetches("sam")]).toEqual([undefined, []]);
  await change("sam", { isAdmin: true });
  expect(await stored("sam")).toMatchObject({ name: "Sam Samson", workspaceRole: "admin" });
});

test("a person who joins is stored immediately", async () => {
  stack.slack.workspace.addPerson({ name: "newbie", realName: "New Bie" });
  await stack.settle();
  expect(await stored("newbie")).toMatchObject({ name: "New Bie", status: "active" });
});

test("an event that Slack sends again is one item, and nothing happens twice", async () => {
  await change("bob", { tz: "Europe/Rome" });
  const sent = stack.slack.events.at(-1) as object;
  expect(sent).toMatchObject({ event: { type: "user_change" } });
  const audits = (await audited(`member:${stack.id("bob")}`)).length;
  expect(await stack.slack.sendAgain(sent as never)).toMatchObject({ status: 200 });
  await stack.settle();
  expect(await outboxLike(`member:${stack.id("bob")}`)).toHaveLength(1);
  expect((await audited(`member:${stack.id("bob")}`)).length).toBe(audits);
});

test("an event that could not be stored is refused, so that Slack sends it again; then it is done", async () => {
  await stack.proxy.down();
  stack.slack.workspace.changePerson(stack.id("bob"), { realName: "Bob Late" });
  await stack.slack.delivered();
  const lost = stack.slack.events.at(-1) as never;
  const again = await stack.slack.sendAgain(lost);
  expect(again.status).toBeGreaterThanOrEqual(500);
  await stack.proxy.up();
  expect((await stack.slack.sendAgain(lost)).status).toBe(200);
  await stack.settle();
  expect(await stored("bob")).toMatchObject({ name: "Bob Late" });
});

test("R4: a person whom Slack no longer knows is deactivated", async () => {
  stack.slack.faults.fail("users.info", { error: "user_not_found" });
  await change("dana", { tz: "Europe/Paris" });
  expect(await stored("dana")).toMatchObject({ status: "deactivated", timeZone: "Europe/Berlin" });
  await change("dana", { tz: "Europe/Vienna" });
  expect(await stored("dana")).toMatchObject({ status: "active", timeZone: "Europe/Vienna" });
});

test("a newer event is not overwritten by an older response", async () => {
  const { context } = stack.app;
  const { saveMembers } = await import("../../../src/usecases/people/save-members.ts");
  const bob = await stored("bob");
  if (bob === undefined) throw new Error("bob is gone");
  const asOf = new Date(bob.refreshedAt.getTime() - 1);
  await saveMembers(context, [{ ...bob, name: "Older", status: "deactivated" }], { asOf });
  expect(await stored("bob")).toEqual(bob);
  const where = and(eq(schema.auditLog.subject, `member:${bob.id}`), eq(schema.auditLog.at, asOf));
  expect(await db().select().from(schema.auditLog).where(where)).toEqual([]);
});
