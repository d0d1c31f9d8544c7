import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as roles from "../../../db/people/roles.ts";
import * as schema from "../../../db/schema/index.ts";
import { people } from "../../../sandbox/people.ts";
import { slackFault } from "../../../src/deliver/slack/slack-fault.ts";
import type { Directory } from "../../../src/directory/directory.ts";
import { syncGroup } from "../../../src/directory/sync-group.ts";
import { syncRole } from "../../../src/directory/sync-role.ts";
import { createLog } from "../../../src/lib/log.ts";
import { slackClients } from "../../../src/slack/client/clients.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";

let stack: TestStack;
let directory: Directory;
let roleId: string;
const groupId = "S0RELEASE";

beforeAll(async () => {
  stack = await startTestStack({
    people: [
      ...people,
      { name: "gail", realName: "Gail Guest", isRestricted: true },
      { name: "robo", realName: "Robo Bot", isBot: true },
      { name: "dee", realName: "Dee Deactivated", deleted: true },
      { name: "stan", realName: "Stan Stranger", isStranger: true },
    ],
    slack: { groups: [{ id: groupId, handle: "release", name: "Release", users: ["bob", "sam"] }] },
  });
  await stack.settle();
  const all = await roles.list(db(), stack.app.organizationId);
  roleId = all.find(({ name }) => name === "Release Managers")?.id ?? "";
});

afterAll(() => stack?.stop());

beforeEach(async () => {
  stack.slack.faults.clear();
  // New clients, without the rate limit of the previous test.
  const { botToken: token, apiUrl } = stack.config.slack;
  const clients = slackClients({ token, apiUrl, log: createLog("silent") });
  directory = { context: stack.app.context, clientFor: () => clients.directory, faultOf: slackFault };
  await group(["bob", "sam"]);
  await bind(groupId, null);
});

const db = () => stack.database.database.db;

/** Links the role to groups as an admin does, and imports their members. */
async function bind(group: string | null, projects: string[] | null) {
  const { organizationId } = stack.app;
  await db().transaction(async (tx) => {
    const role = await roles.lock(tx, organizationId, roleId);
    if (role === undefined) throw new Error("The role is gone");
    await roles.save(tx, { ...role, groupId: group, groupProjectIds: projects });
  });
  await syncRole(directory, organizationId, roleId);
  await stack.settle();
}

async function group(users: string[], isDisabled = false) {
  stack.slack.workspace.setGroup(groupId, { handle: "release", name: "Release", users, isDisabled });
  await stack.settle();
}

async function holders(): Promise<{ name: string; projectId: string | null }[]> {
  const held = await roles.holdingsOf(db(), stack.app.organizationId, roleId);
  const name = (id: string) => stack.slack.workspace.person(id)?.name ?? id;
  return held
    .map(({ memberId, projectId }) => ({ name: name(memberId), projectId }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const names = async () => (await holders()).map(({ name }) => name);

const audits = () =>
  db()
    .select()
    .from(schema.auditLog)
    .where(and(eq(schema.auditLog.subject, `role:${roleId}`), eq(schema.auditLog.action, "role.synced")))
    .orderBy(schema.auditLog.id);

const warnings = () => stack.texts("ada").filter((text) => text.includes("user group"));

test("a newly linked role is filled immediately, including with unknown people", async () => {
  expect(await names()).toEqual(["bob", "sam"]);
});

test("R4, R12: it follows the group, audited with before and after, and open requests follow it", async () => {
  const before = (await audits()).length;
  await stack.request("dana", "commerce/orders-sync");
  await group(["bob", "sam", "ada"]);
  expect(await names()).toEqual(["ada", "bob", "sam"]);
  expect(stack.texts("ada").some((text) => text.startsWith("Dana Developer asks to promote"))).toBe(true);
  const [entry, ...more] = (await audits()).slice(before);
  expect(more).toEqual([]);
  const held = (list: string[]) => ({
    holdings: list.map((name) => ({ memberId: stack.id(name), projectId: null })),
  });
  const sorted = (list: string[]) => held(list.toSorted((a, b) => (stack.id(a) < stack.id(b) ? -1 : 1)));
  expect(entry).toMatchObject({
    actor: { kind: "system" },
    before: sorted(["bob", "sam"]),
    after: sorted(["ada", "bob", "sam"]),
  });
  await group(["sam"]);
  expect(await names()).toEqual(["sam"]);
});

test("R4: guests, bots, deactivated people and strangers of the group do not hold the role", async () => {
  await group(["bob", "gail", "robo", "dee", "stan"]);
  expect(await names()).toEqual(["bob"]);
});

test("R4: a role for chosen projects is held in each of them, and only there", async () => {
  const projects = await db().select().from(schema.projects);
  const ids = projects.map(({ id }) => id).sort();
  await bind(groupId, ids);
  expect((await holders()).map(({ name, projectId }) => `${name} ${projectId}`).sort()).toEqual(
    ["bob", "sam"].flatMap((name) => ids.map((id) => `${name} ${id}`)).sort(),
  );
});

test("nothing is written if nothing changed, and unlinked groups are not read", async () => {
  const before = (await audits()).length;
  await stack.slack.event("subteam_members_changed", { subteam_id: groupId });
  await stack.settle();
  expect((await audits()).length).toBe(before);
  const asked = () => stack.slack.calls.filter(({ method }) => method === "usergroups.users.list").length;
  const calls = asked();
  await stack.slack.event("subteam_members_changed", { subteam_id: "S0OTHER" });
  await stack.settle();
  expect(asked()).toBe(calls);
});

test("a disabled group leaves the role unchanged, and the admins are notified once", async () => {
  await group(["bob", "sam"], true);
  expect(await names()).toEqual(["bob", "sam"]);
  expect(warnings()).toHaveLength(1);
  expect(warnings()[0]).toContain(
    "*Release Managers* follows a Slack user group that is disabled or gone. The role keeps its 2 people until you choose others.",
  );
  expect(warnings()[0]).toContain("/promotion-settings");
  await stack.slack.event("subteam_updated", { subteam: { id: groupId } });
  await stack.settle();
  expect(warnings()).toHaveLength(1);
  await group(["bob"]);
  expect(await names()).toEqual(["bob"]);
  await group(["bob"], true);
  expect(warnings()).toHaveLength(2);
});

test("an emptied group empties the role, and the admins learn that nobody can review", async () => {
  await group([]);
  expect(await names()).toEqual([]);
  expect(stack.texts("ada").at(-1)).toContain("*Commerce*: 1 approval is needed, and nobody can review.");
  expect(stack.slack.violations).toEqual([]);
});

test("Slack's rate limit is waited for, as long as it says", async () => {
  stack.slack.faults.rateLimit("usergroups.users.list", 33);
  expect(await syncGroup(directory, stack.app.organizationId, groupId)).toMatchObject({
    kind: "postponed",
    reason: "Slack's rate limit",
    afterMs: expect.toSatisfy((afterMs: number) => afterMs >= 33_000 && afterMs <= 34_000),
  });
});

test("a large group of unknown people is read in parts", async () => {
  const crowd = Array.from({ length: 45 }, (_, at) => `crowd${at}`);
  // The events of people who join would store them before.
  for (const name of crowd) {
    const template = { id: `U0${name.toUpperCase()}`, name, realName: name, tz: "Etc/UTC", updated: 0 };
    stack.slack.workspace.people.push({ ...template, teamId: stack.slack.workspace.team.id });
  }
  await bind(null, null);
  await group(crowd);
  await db().update(schema.roles).set({ groupId }).where(eq(schema.roles.id, roleId));
  const { organizationId } = stack.app;
  expect(await syncGroup(directory, organizationId, groupId)).toEqual({ kind: "later", afterMs: 30_000 });
  expect(await syncGroup(directory, organizationId, groupId)).toEqual({ kind: "done" });
  expect(await names()).toEqual(crowd.toSorted());
});

test("R4: an older reading of a group does not bring back whom a newer one took out", async () => {
  const { usergroups, users } = directory.clientFor(stack.app.organizationId);
  const list: typeof usergroups.users.list = async (asked) => {
    const read = await usergroups.users.list(asked);
    // While this response is on its way, Sam leaves the group and the outbox handles it.
    await group(["bob"]);
    return read;
  };
  const slow: Directory = { ...directory, clientFor: () => ({ users, usergroups: { users: { list } } }) };
  expect(await syncGroup(slow, stack.app.organizationId, groupId)).toEqual({ kind: "later", afterMs: 1_000 });
  expect(await names()).toEqual(["bob"]);
  expect(await syncGroup(directory, stack.app.organizationId, groupId)).toEqual({ kind: "done" });
  expect(await names()).toEqual(["bob"]);
});

test("linking waits for Slack only briefly; the outbox continues", async () => {
  stack.slack.faults.rateLimit("usergroups.users.list", 1);
  await group(["carol"]);
  stack.slack.faults.fail("usergroups.users.list", { status: 503 });
  await syncRole(directory, stack.app.organizationId, roleId);
  const [item] = await db()
    .select()
    .from(schema.outbox)
    .where(eq(schema.outbox.key, `group:${groupId}`));
  expect(item?.settledAt).toBeNull();
});
