import { and, eq } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import * as schema from "../../../db/schema/index.ts";
import { type SlackStandIn, type StandInPerson, startSlack } from "../../../sandbox/slack/index.ts";
import { slackFault } from "../../../src/deliver/slack/slack-fault.ts";
import type { Directory } from "../../../src/directory/directory.ts";
import { readGroups } from "../../../src/directory/read-groups.ts";
import { readPeople } from "../../../src/directory/read-people.ts";
import { refreshMember } from "../../../src/directory/refresh-member.ts";
import { createLog } from "../../../src/lib/log.ts";
import { slackClients } from "../../../src/slack/client/clients.ts";
import { startDirectoryRuns } from "../../../src/usecases/people/start-directory-runs.ts";
import { buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let database: TestDatabase;
let slack: SlackStandIn;
let fixture: Catalog;
let directory: Directory;

const person = (name: string, more: Partial<StandInPerson> = {}): StandInPerson => ({
  ...{ id: idOf(name), name, realName: name, email: `${name}@acme.example`, tz: "Europe/Berlin" },
  ...more,
});

beforeAll(async () => {
  database = await testDatabase();
});

beforeEach(async () => {
  await database.truncate();
  fixture = await buildCatalog(database);
  slack = await startSlack({
    manifest: "manifest.yml",
    signingSecret: "secret",
    botToken: "xoxb-test",
    team: { id: fixture.organizationId, name: "Acme" },
    // Workspace events are ignored here, because these tests are about missed events.
    botUrl: () => "http://127.0.0.1:1",
    eventRetriesMs: [],
    people: [
      ...["dana", "dora", "ada", "bob"].map((name) => person(name)),
      ...Array.from({ length: 420 }, (_, at) => person(`p${at}`)),
      person("olga", { isOwner: true }),
      person("carol", { realName: "Carol Renamed" }),
    ],
    groups: ["S01", "S02", "S03"].map((id) => ({ id, handle: id, name: id, users: [idOf("bob")] })),
  });
  connect();
});

/** Starts another process, which has not received a rate limit. */
function connect() {
  const clients = slackClients({ token: "xoxb-test", apiUrl: slack.url, log: createLog("silent") });
  directory = { context: fixture.context, clientFor: () => clients.directory, faultOf: slackFault };
}

/** Items that waited for the same limit are retried within a second after it ends. */
const within = (ms: number) =>
  expect.toSatisfy(
    (afterMs: number) => afterMs >= ms && afterMs <= ms + 1_000,
    "about as long as Slack says",
  );

afterEach(() => slack?.stop());

afterAll(() => database?.drop());

const start = () => startDirectoryRuns(fixture.context, fixture.organizationId);
const people = () => readPeople(directory, fixture.organizationId);
const groups = () => readGroups(directory, fixture.organizationId);
const later = { kind: "later", afterMs: 3_100 };
const db = () => fixture.context.db;

const run = async (kind: "people" | "groups") => {
  const { directoryRuns: t } = schema;
  const mine = and(eq(t.organizationId, fixture.organizationId), eq(t.kind, kind));
  return (await db().select().from(t).where(mine))[0];
};

const member = async (name: string) => {
  const { members: t } = schema;
  const mine = and(eq(t.organizationId, fixture.organizationId), eq(t.id, idOf(name)));
  return (await db().select().from(t).where(mine))[0];
};

const pages = () => slack.calls.filter(({ method }) => method === "users.list");

test("of several replicas one begins the hour's reading, and not before the hour is over", async () => {
  await Promise.all([start(), start(), start()]);
  expect((await fixture.outbox("read-people")).map(({ revision }) => revision)).toEqual([0]);
  expect(await fixture.outbox("read-groups")).toHaveLength(1);
  expect(await people()).toEqual(later);
  fixture.later({ ms: 3_599_999 });
  await start();
  expect((await fixture.outbox("read-people")).map(({ revision }) => revision)).toEqual([0]);
  fixture.later({ ms: 1 });
  await Promise.all([start(), start()]);
  expect((await fixture.outbox("read-people")).map(({ revision }) => revision)).toEqual([1]);
});

test("people are read page by page, with a pause; known people, owners, and admins are stored", async () => {
  await start();
  fixture.later({ ms: 5 });
  expect(await people()).toEqual(later);
  expect(await run("people")).toMatchObject({ finishedAt: null, next: expect.stringMatching(/./) });
  expect(await people()).toEqual(later);
  expect(await people()).toEqual({ kind: "done" });
  expect(pages().map(({ args }) => Number(args.limit))).toEqual([200, 200, 200]);
  expect(await run("people")).toMatchObject({ next: null, finishedAt: fixture.clock.now });
  expect(await member("carol")).toMatchObject({
    name: "Carol Renamed",
    status: "active",
    refreshedAt: fixture.clock.now,
  });
  expect(await member("olga")).toMatchObject({ workspaceRole: "owner" });
  expect(await member("p7")).toBeUndefined();
  expect(await fixture.outbox("refresh-member")).toEqual([]);
  expect(await people()).toEqual({ kind: "done" });
  expect(pages()).toHaveLength(3);
});

test("after a crash it continues with the next page", async () => {
  await start();
  await people();
  const cursor = (await run("people"))?.next;
  slack.faults.loseAnswer("users.list");
  expect(await people()).toMatchObject({ kind: "retry" });
  expect(await run("people")).toMatchObject({ next: cursor });
  await people();
  expect(pages().map(({ args }) => args.cursor)).toEqual([undefined, cursor, cursor]);
  // The item failed permanently. The job of the next hour does not start it again.
  fixture.later({ hours: 1 });
  const next = (await run("people"))?.next;
  await start();
  expect(await run("people")).toMatchObject({ next, finishedAt: null });
});

test("a cursor that Slack no longer accepts restarts the run", async () => {
  await start();
  await people();
  slack.faults.fail("users.list", { error: "invalid_cursor" });
  expect(await people()).toEqual(later);
  expect(await run("people")).toMatchObject({ next: "" });
  expect(await people()).toEqual(later);
});

test("Slack's rate limit is waited for, as long as it says", async () => {
  await start();
  slack.faults.rateLimit("users.list", 42);
  expect(await people()).toMatchObject({ kind: "postponed", afterMs: within(42_000) });
  expect(await run("people")).toMatchObject({ next: "" });
});

test("R4: reviewers missing from every page are looked up one by one, and deactivated if Slack does not know them", async () => {
  await fixture.people(["ghost"]);
  await fixture.hold("Reviewer", ["bob", "ghost"]);
  fixture.later({ ms: 5 });
  await start();
  for (let at = 0; at < 3; at += 1) await people();
  const asked = await fixture.outbox("refresh-member");
  expect(asked.map(({ payload }) => payload)).toEqual([{ userId: idOf("ghost") }]);
  expect(await refreshMember(directory, fixture.organizationId, idOf("ghost"))).toEqual({ kind: "done" });
  expect(await member("ghost")).toMatchObject({ status: "deactivated" });
  expect(await fixture.outbox("settings-changed")).toHaveLength(1);
});

test("R4: a deactivation without an event is found within the hour", async () => {
  slack.workspace.changePerson(idOf("bob"), { deleted: true });
  await start();
  for (let at = 0; at < 3; at += 1) await people();
  expect(await member("bob")).toMatchObject({ status: "deactivated" });
  const entry = (await fixture.audit()).find(({ action }) => action === "member.changed");
  expect(entry).toMatchObject({ surface: "job", after: { standing: "deactivated" } });
});

/** Links new roles to these groups. */
async function bind(...groupIds: string[]) {
  await fixture.seed({ roles: groupIds.map((name) => ({ name, members: [] })) });
  for (const groupId of groupIds) {
    const mine = and(eq(schema.roles.organizationId, fixture.organizationId), eq(schema.roles.name, groupId));
    await db().update(schema.roles).set({ groupId }).where(mine);
  }
}

const held = async () =>
  (
    await db()
      .select({ name: schema.roles.name, memberId: schema.roleHoldings.memberId })
      .from(schema.roleHoldings)
      .innerJoin(schema.roles, eq(schema.roles.id, schema.roleHoldings.roleId))
      .where(eq(schema.roleHoldings.organizationId, fixture.organizationId))
  )
    .filter(({ name }) => name.startsWith("S0"))
    .map(({ name, memberId }) => `${name} ${memberId}`)
    .sort();

test("bound groups are read one after the other, with a pause", async () => {
  await bind("S01", "S02");
  await start();
  expect(await groups()).toEqual(later);
  expect(await held()).toEqual(["S01 UBOB"]);
  expect(await groups()).toEqual({ kind: "done" });
  expect(await held()).toEqual(["S01 UBOB", "S02 UBOB"]);
  expect(await run("groups")).toMatchObject({ next: null, finishedAt: fixture.clock.now, faults: 0 });
});

test("a group that cannot be read waits for its turn again; one that never can does not keep the others", async () => {
  await bind("S01", "S02", "S03");
  await start();
  slack.faults.rateLimit("usergroups.users.list", 9);
  expect(await groups()).toMatchObject({ kind: "postponed", afterMs: within(9_000) });
  connect();
  slack.faults.fail("usergroups.users.list", { error: "missing_scope" });
  expect(await groups()).toEqual(later);
  expect(await groups()).toEqual(later);
  expect(await groups()).toEqual({ kind: "done" });
  expect(await held()).toEqual(["S02 UBOB", "S03 UBOB"]);
  expect(await run("groups")).toMatchObject({ faults: 1 });
});

test("with no bound group there is nothing to ask for", async () => {
  await start();
  expect(await groups()).toEqual({ kind: "done" });
  expect(slack.calls).toEqual([]);
});
