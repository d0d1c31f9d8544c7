import { afterAll, beforeAll, expect, test } from "vitest";
import type { Warning } from "../../../src/outbox/items.ts";
import { getWarnings } from "../../../src/queries/delivery/get-warnings.ts";
import { adminMessage } from "../../../src/slack/messages/admin-message.ts";
import { warnAdmins } from "../../../src/usecases/delivery/warn-admins.ts";
import { recordSetting } from "../../../src/usecases/shared/record-setting.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { textOf } from "../../support/test-stack.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Runs the check and returns the texts that it sends to each admin. */
async function warned(fixture: Catalog): Promise<Record<string, string[]>> {
  const before = (await fixture.outbox("send-admin-message")).length;
  await warnAdmins(fixture.context, fixture.organizationId);
  const items = (await fixture.outbox("send-admin-message")).slice(before);
  const said: Record<string, string[]> = {};
  for (const item of items) {
    const { recipientId, subjects } = item.payload as Warning;
    said[recipientId] = [...(said[recipientId] ?? []), (await words(fixture, subjects)) ?? "nothing"];
  }
  return said;
}

async function words(fixture: Catalog, subjects: string[]): Promise<string | null> {
  const view = await getWarnings(fixture.context.db, fixture.organizationId, subjects, fixture.clock.now);
  const message = adminMessage(view);
  return message === null ? null : textOf(message);
}

test("nobody is notified while enough people can decide", async () => {
  const fixture = await buildCatalog(database);
  await fixture.requested();
  expect(await warned(fixture)).toEqual({});
});

test("R6: a project and a request that nobody can decide are reported to every admin, once, in one message", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.hold("Admin", ["ada", "dora"]);
  await fixture.people(["bob", "carol"], "deactivated");
  const said = await warned(fixture);
  expect(Object.keys(said).sort()).toEqual([idOf("ada"), idOf("dora")]);
  expect(said[idOf("ada")]).toEqual([
    [
      `⚠️ Too few people can review in Commerce. Too few people can decide #${number}.`,
      "⚠️ *Commerce*: 1 approval is needed, and nobody can review.",
      `⚠️ *#${number}* Orders 1.3.0 from Development to Staging, asked for by dana: nobody can decide it now.`,
      "Details",
      "Add people to Reviewer, or choose other reviewers, with /promotion-settings. You are told this once.",
    ].join("\n"),
  ]);
  expect(await warned(fixture)).toEqual({});
});

test("R6: a problem that returns is reported again; a new one is reported separately", async () => {
  const fixture = await buildCatalog(database);
  await fixture.people(["bob", "carol"], "deactivated");
  expect(await warned(fixture)).toMatchObject({ [idOf("ada")]: [expect.stringContaining("*Commerce*")] });
  await fixture.people(["bob"]);
  const number = await fixture.requested();
  expect(await warned(fixture)).toEqual({});
  await fixture.people(["bob"], "guest");
  const [again] = (await warned(fixture))[idOf("ada")] ?? [];
  expect(again).toContain("*Commerce*");
  expect(again).toContain(`*#${number}*`);
  await fixture.people(["bob"]);
  await fixture.people(["bob"], "deactivated");
  // Fixed and broken again between two checks, so nobody could have noticed.
  expect(await warned(fixture)).toEqual({});
});

test("a problem that is fixed before the message is sent is not reported", async () => {
  const fixture = await buildCatalog(database);
  await fixture.people(["bob", "carol"], "deactivated");
  await warnAdmins(fixture.context, fixture.organizationId);
  const [subjects = []] = (await fixture.outbox("send-admin-message")).map(
    ({ payload }) => (payload as Warning).subjects,
  );
  expect(subjects).toHaveLength(1);
  await fixture.people(["bob"]);
  expect(await words(fixture, subjects)).toBeNull();
});

test("R5, R6: the requester does not count for their own request, unless the workflow allows it", async () => {
  const fixture = await buildCatalog(database, { reviewers: ["bob", "dana"] });
  await fixture.requested();
  await fixture.people(["bob"], "deactivated");
  const [said] = (await warned(fixture))[idOf("ada")] ?? [];
  expect(said).toContain("nobody can decide it now");
  expect(said).not.toContain("*Commerce*");
  await fixture.saveWorkflow({ options: { selfReview: true } });
  await warned(fixture);
  await fixture.saveWorkflow({ options: { selfReview: false } });
  const [again] = (await warned(fixture))[idOf("ada")] ?? [];
  expect(again).toContain("nobody can decide it now");
});

test("R4, R7: a given approval still counts, and its reviewer cannot give another", async () => {
  const fixture = await buildCatalog(database, {
    reviewers: ["bob", "carol", "dora"],
    options: { requiredApprovals: 2 },
  });
  const number = await fixture.requested();
  accepted(await fixture.review("bob", number, "approve"));
  await fixture.people(["bob"], "deactivated");
  expect(await warned(fixture)).toEqual({});
  await fixture.people(["bob"]);
  await fixture.people(["carol", "dora"], "deactivated");
  const [said] = (await warned(fixture))[idOf("ada")] ?? [];
  expect(said).toContain("⚠️ *Commerce*: 2 approvals are needed, and only 1 person can review.");
  expect(said).toContain("it needs 1 more approval, and nobody can give one");
});

test("R1: with the workflow off no project is short of reviewers; requests that live on still are", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.saveWorkflow({ enabled: false });
  await fixture.people(["bob", "carol"], "deactivated");
  const [said] = (await warned(fixture))[idOf("ada")] ?? [];
  expect(said).toContain(`*#${number}*`);
  expect(said).not.toContain("*Commerce*");
});

test("without an admin it waits until there is one", async () => {
  const fixture = await buildCatalog(database);
  await fixture.people(["bob", "carol", "ada"], "deactivated");
  expect(await warned(fixture)).toEqual({});
  await fixture.people(["dora"]);
  await fixture.hold("Admin", ["dora"]);
  expect(Object.keys(await warned(fixture))).toEqual([idOf("dora")]);
});

test("two replicas that check at the same time report it once", async () => {
  const fixture = await buildCatalog(database);
  await fixture.people(["bob", "carol"], "deactivated");
  await Promise.all([1, 2, 3].map(() => warnAdmins(fixture.context, fixture.organizationId)));
  expect(await fixture.outbox("send-admin-message")).toHaveLength(1);
});

test("an expired or decided request is nobody's to decide", async () => {
  const fixture = await buildCatalog(database, { projects: [commerce] });
  await fixture.requested();
  await fixture.saveWorkflow({ enabled: false });
  await fixture.people(["bob", "carol"], "deactivated");
  fixture.later({ days: 7 });
  expect(await warned(fixture)).toEqual({});
});

test("every change of a setting has it looked at", async () => {
  const fixture = await buildCatalog(database);
  const { organizationId, context } = fixture;
  await context.db.transaction((tx) =>
    recordSetting(tx, {
      ...{ organizationId, actor: { kind: "system", reason: "test" }, surface: "job", at: fixture.clock.now },
      ...{ action: "role.saved", subject: "role:1", before: null, after: null },
    }),
  );
  expect(await fixture.outbox("warn-admins")).toMatchObject([{ settledAt: null }]);
  expect(await fixture.outbox("settings-changed")).toMatchObject([{ settledAt: null }]);
});

test("a long list is cut, and names cannot come alive", async () => {
  const projects = Array.from({ length: 12 }, (_, at) => ({
    id: `p${at}`,
    name: `<!channel> ${at}`,
    available: 0,
    required: 2,
  }));
  const message = adminMessage({
    projects,
    requests: [],
    moreRequests: 0,
    strayRoles: [],
    workflowRoles: [],
    outages: [],
    addresses: [],
    bypasses: [],
  });
  const said = textOf(message ?? { blocks: [] });
  expect(said).not.toContain("<!channel>");
  expect(said).toContain("… and 2 more projects.");
  expect(said).toContain("Choose reviewer roles with /promotion-settings.");
});

test("many refused addresses fit one message, however long what Resend says of them, and nothing comes alive", () => {
  const addresses = Array.from({ length: 12 }, (_, at) => ({
    address: `${"&".repeat(300)}${at}@acme.example`,
    people: [`<!channel> ${"&".repeat(100)}`, "Bob", "Carol", "Dora"],
    reason: `<!here> ${"<".repeat(2000)}`,
  }));
  const outages = [{ provider: "email" as const, reason: "<!here>".repeat(500), since: new Date(0) }];
  const message = adminMessage({
    ...{ projects: [], requests: [], moreRequests: 0, strayRoles: [], workflowRoles: [] },
    ...{ outages, addresses, bypasses: [] },
  });
  const said = textOf(message ?? { blocks: [] });
  expect(said).not.toMatch(/<!(channel|here)>/);
  expect(said).toContain("… and 2 more addresses.");
  for (const block of message?.blocks ?? [])
    if (block.type === "section") expect(block.text?.text.length).toBeLessThanOrEqual(3000);
});

test("what was deployed outside approval is told in one message, however long things are called", () => {
  const name = `<!channel> ${"&".repeat(100)}`;
  const bypasses = Array.from({ length: 12 }, (_, at) => ({
    ...{ id: `d${at}`, project: name, integration: name, environment: name, version: name },
    ...{ status: "succeeded" as const, live: false, at: new Date(0) },
    by: { person: { id: "U1", name }, through: name },
  }));
  const message = adminMessage({
    ...{ projects: [], requests: [], moreRequests: 0, strayRoles: [], workflowRoles: [], outages: [] },
    ...{ addresses: [], bypasses },
  });
  const said = textOf(message ?? { blocks: [] });
  expect(said).not.toContain("<!channel>");
  expect(said).toContain("… and 6 more deployments.");
  for (const block of message?.blocks ?? [])
    if (block.type === "section") expect(block.text?.text.length).toBeLessThanOrEqual(3000);
});
