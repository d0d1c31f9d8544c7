import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as roles from "../../../db/people/roles.ts";
import { people } from "../../../sandbox/people.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { startDirectoryRuns } from "../../../src/usecases/people/start-directory-runs.ts";
import { startTimedStack, type TimedStack } from "../../requests/time/support.ts";
import { eventually } from "../../support/test-stack.ts";

let stack: TimedStack;
const groupIds = ["S01", "S02", "S03"];

beforeAll(async () => {
  stack = await startTimedStack({
    people: [
      ...people,
      { name: "gail", realName: "Gail Guest", isRestricted: true },
      { name: "hugh", realName: "Hugh Hidden" },
    ],
    slack: { groups: groupIds.map((id) => ({ id, handle: id, name: id, users: ["bob"] })) },
  });
  await stack.settle();
  const { organizationId } = stack.app;
  await db().transaction(async (tx) => {
    for (const groupId of groupIds)
      await roles.add(tx, { organizationId, id: crypto.randomUUID(), name: groupId, admin: false, groupId });
  });
});
afterAll(() => stack?.stop());
beforeEach(async () => {
  for (const id of groupIds) await setGroup(id, ["bob"]);
  await readAll();
});
afterEach(async () => {
  stack.slack.faults.clear();
  await stack.database.database.sql`delete from warnings`;
});

const db = () => stack.database.database.db;
const setGroup = async (id: string, users: string[]) => {
  stack.slack.workspace.setGroup(id, { handle: id, name: id, users, isDisabled: false });
  await stack.settle();
};

/** Changes a group without the event that Slack sends. */
const setSilently = (id: string, users: string[]) => {
  const group = stack.slack.workspace.groups.get(id);
  if (group !== undefined) group.users = users.map((name) => stack.id(name));
};

const wakeAll = async () => {
  await stack.database.database.sql`update outbox set available_at = now() where settled_at is null`;
  stack.app.context.wake();
};

/** Runs the hourly reading of the groups to its end. */
async function readAll() {
  stack.later({ hours: 1.1 });
  await startDirectoryRuns(stack.app.context, stack.app.organizationId);
  stack.app.context.wake();
  await eventually(async () => {
    await wakeAll();
    const [run] = await stack.database.database.sql`select next from directory_runs where kind = 'groups'`;
    expect(run?.next).toBeNull();
  }, 20_000);
}

async function holders(name: string): Promise<string[]> {
  const { organizationId } = stack.app;
  const role = (await roles.list(db(), organizationId)).find((one) => one.name === name);
  const held = await roles.holdingsOf(db(), organizationId, role?.id ?? "");
  return held.map(({ memberId }) => stack.slack.workspace.person(memberId)?.name ?? memberId).sort();
}

const holds = (name: string, expected: string[]) =>
  eventually(async () => {
    await wakeAll();
    expect(await holders(name)).toEqual(expected);
  }, 20_000);

const told = () => stack.texts("ada").filter((text) => text.includes("cannot read"));

test.each([
  ["an error that passes", { error: "internal_error" }],
  ["an error that Slack does not document", { error: "brand_new_error" }],
  ["a proxy", { status: 403 }],
  ["Signoff's own fault", { error: "invalid_arguments" }],
])("one group on which Slack keeps failing (%s) does not keep the others waiting", async (_, fault) => {
  stack.slack.faults.fail("usergroups.users.list", fault, 1_000, { usergroup: "S01" });
  for (const id of groupIds) setSilently(id, ["bob", "sam"]);
  await readAll();
  await holds("S02", ["bob", "sam"]);
  await holds("S03", ["bob", "sam"]);
  expect(await holders("S01")).toEqual(["bob"]);
  stack.slack.faults.clear();
  await readAll();
  await holds("S01", ["bob", "sam"]);
});

test("the admins are told once about a group that keeps failing, and the warning ends when it can be read", async () => {
  const before = told().length;
  stack.slack.faults.fail("usergroups.users.list", { error: "internal_error" }, 10_000, { usergroup: "S02" });
  await readAll();
  await eventually(async () => {
    await wakeAll();
    expect(told()).toHaveLength(before + 1);
  }, 30_000);
  expect(told().at(-1)).toContain("Signoff cannot read the user group of S02.");
  expect(told().at(-1)).toContain("given up after 12 attempts: Slack says internal_error");
  await readAll();
  await warnAdmins(stack.app.context, stack.app.organizationId);
  expect(told()).toHaveLength(before + 1);
  stack.slack.faults.clear();
  await readAll();
  await eventually(async () => {
    await wakeAll();
    expect([
      ...(await stack.database.database.sql`select subject from warnings where subject like '%unread%'`),
    ]).toEqual([]);
  });
});

test.each([
  { error: "user_not_visible" },
  { error: "user_not_found" },
  { error: "too_many_users" },
  { error: "user_disabled" },
])("a member whom Slack does not show (%o) does not keep the others from the role", async (fault) => {
  await stack.database.database.sql`delete from members where id = ${stack.id("hugh")}`;
  stack.slack.faults.fail("users.info", fault, 1_000, { user: stack.id("hugh") });
  await setGroup("S01", ["hugh", "bob", "carol"]);
  await holds("S01", ["bob", "carol"]);
});

test("a member whom Slack fails to describe does not either, and holds the role once it does", async () => {
  await stack.database.database.sql`delete from members where id = ${stack.id("hugh")}`;
  stack.slack.faults.fail("users.info", { error: "internal_error" }, 1_000, { user: stack.id("hugh") });
  stack.slack.workspace.setGroup("S01", {
    handle: "S01",
    name: "S01",
    users: ["hugh", "bob", "carol"],
    isDisabled: false,
  });
  await holds("S01", ["bob", "carol"]);
  stack.slack.faults.clear();
  await holds("S01", ["bob", "carol", "hugh"]);
});

test.each([
  ["a guest who becomes a full member", { isRestricted: true }, { isRestricted: false }],
  [
    "a single-channel guest who becomes a full member",
    { isUltraRestricted: true },
    { isUltraRestricted: false },
  ],
  ["a person who comes back", { deleted: true }, { deleted: false }],
])("R4: %s holds the roles of their groups at once", async (_, without, withAccess) => {
  const gail = stack.id("gail");
  stack.slack.workspace.changePerson(gail, {
    isRestricted: false,
    isUltraRestricted: false,
    deleted: false,
    ...without,
  });
  await stack.settle();
  await setGroup("S03", ["bob", "gail"]);
  expect(await holders("S03")).toEqual(["bob"]);
  const run = await stack.database.database.sql`select started_at from directory_runs where kind = 'groups'`;
  stack.slack.workspace.changePerson(gail, withAccess);
  await stack.settle();
  expect(await holders("S03")).toEqual(["bob", "gail"]);
  expect(
    await stack.database.database.sql`select started_at from directory_runs where kind = 'groups'`,
  ).toEqual(run);
});
