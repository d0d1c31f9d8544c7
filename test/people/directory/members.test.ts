import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { knowMembers } from "../../../src/directory/know-member.ts";
import type { SlackUser } from "../../../src/directory/slack-user.ts";
import { type SavedMember, saveMembers } from "../../../src/usecases/people/save-members.ts";
import { scheduleMemberRefresh } from "../../../src/usecases/people/schedule-refresh.ts";
import { buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
let fixture: Catalog;
beforeAll(async () => {
  database = await testDatabase();
});
beforeEach(async () => {
  fixture = await buildCatalog(database);
  await database.database.sql`delete from outbox`;
});
afterAll(() => database?.drop());

const save = (name: string, change: Partial<SavedMember> = {}) =>
  saveMembers(fixture.context, [
    {
      ...{ organizationId: fixture.organizationId, id: idOf(name), name, email: `${name}@acme.example` },
      ...{ timeZone: "Europe/Berlin", status: "active" as const },
      ...change,
    },
  ]);

const followed = async () => (await fixture.outbox("settings-changed")).length === 1;
const audits = async () => (await fixture.audit()).filter(({ action }) => action === "member.changed");

test.each<[string, Partial<SavedMember>]>([
  ["name", { name: "Robert" }],
  ["email", { email: null }],
  ["time zone", { timeZone: "Asia/Tokyo" }],
  ["status", { status: "guest" }],
  ["workspace role", { workspaceRole: "admin" }],
])("R4: a role holder's new %s is followed by what shows it", async (_, change) => {
  await save("bob", change);
  expect(await followed()).toBe(true);
});

test("nothing follows where Slack says what we knew", async () => {
  await save("bob");
  expect([await followed(), await audits()]).toEqual([false, []]);
});

test("R4: what Slack says too late for a click holds for the next one", async () => {
  fixture.later({ hours: 1 });
  let answer = (_: SlackUser): void => {};
  const late = new Promise<SlackUser>((resolve) => {
    answer = resolve;
  });
  await knowMembers(fixture.context, () => late)(fixture.organizationId, idOf("bob"));
  answer({ id: idOf("bob"), team_id: fixture.organizationId, deleted: true });
  await vi.waitFor(async () =>
    expect(await audits()).toMatchObject([{ after: { standing: "deactivated" } }]),
  );
});

test("R4: a person who left is removed immediately, even if another replica's clock is ahead", async () => {
  const asOf = new Date(fixture.clock.now.getTime() + 5_000);
  const stored = { organizationId: fixture.organizationId, id: idOf("bob"), name: "bob", email: null };
  await saveMembers(fixture.context, [{ ...stored, timeZone: "UTC", status: "active" }], { asOf });
  await scheduleMemberRefresh(fixture.context, fixture.organizationId, idOf("bob"), {
    readsUnknown: false,
    deactivated: true,
  });
  expect(await audits()).toMatchObject([{ after: { standing: "deactivated" } }]);
});

test("R4: an assignee's change is followed, also without a role", async () => {
  await save("eve");
  await fixture.saveWorkflow({ assignees: ["eve"] });
  await save("eve", { name: "Evelyn" });
  expect(await followed()).toBe(true);
});

test("a change of somebody who holds no role is followed only where it decides what they may do", async () => {
  await save("dana", { name: "Dana D." });
  expect(await followed()).toBe(false);
  await save("dana", { status: "deactivated" });
  expect(await followed()).toBe(true);
});

test("a new person is followed if they are a workspace owner or admin", async () => {
  await save("frank");
  expect(await followed()).toBe(false);
  await save("olga", { workspaceRole: "owner" });
  expect(await followed()).toBe(true);
});

test("R12: standing and workspace role are audited with before and after, by id and without an address", async () => {
  await save("bob", { name: "Robert", timeZone: "Asia/Tokyo" });
  await save("frank", { status: "guest" });
  expect(await audits()).toEqual([]);
  await save("bob", { status: "deactivated" });
  expect(await audits()).toMatchObject([
    {
      subject: `member:${idOf("bob")}`,
      surface: "slack",
      at: fixture.clock.now,
      before: { standing: "active", workspaceRole: null },
      after: { standing: "deactivated", workspaceRole: null },
    },
  ]);
  expect(JSON.stringify(await audits())).not.toContain("@acme.example");
});
