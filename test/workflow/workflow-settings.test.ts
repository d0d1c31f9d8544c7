import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as workflows from "../../db/workflow/workflow.ts";
import type { Workflow } from "../../src/domain/workflow/workflow.ts";
import type { Payload } from "../../src/outbox/items.ts";
import { getWorkflowPreview } from "../../src/queries/workflow/get-workflow.ts";
import { saveMembers } from "../../src/usecases/people/save-members.ts";
import { cancelRequests } from "../../src/usecases/requests/cancel-requests.ts";
import { saveWorkflow } from "../../src/usecases/workflow/save-workflow.ts";
import { turnOffWorkflow } from "../../src/usecases/workflow/turn-off-workflow.ts";
import { accepted, buildCatalog, by, type Catalog, commerce, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const surface = "slack" as const;
const current = (fixture: Catalog) => workflows.current(database.database.db, fixture.organizationId);

type Change = Omit<Partial<Workflow>, "options"> & { options?: Partial<Workflow["options"]> };

const draft = async (fixture: Catalog, change: Change): Promise<Workflow> => {
  const now = await current(fixture);
  return { ...now, ...change, options: { ...now.options, ...change.options } };
};

const save = async (fixture: Catalog, change: Change, name = "ada") => {
  const { organizationId } = fixture;
  const workflow = await draft(fixture, change);
  return saveWorkflow(fixture.context, { organizationId, actor: by(name), surface, workflow });
};

const preview = async (fixture: Catalog, change: Change = {}) =>
  getWorkflowPreview(
    database.database.db,
    fixture.organizationId,
    await draft(fixture, change),
    fixture.clock.now,
  );

test("R12: each Save is a version of its own, audited with before and after", async () => {
  const fixture = await buildCatalog(database);
  const before = await current(fixture);
  expect(accepted(await save(fixture, { options: { requiredApprovals: 2 } }))).toEqual({
    version: 2,
    open: 0,
  });
  expect((await fixture.audit()).at(-1)).toMatchObject({
    actor: by("ada"),
    action: "workflow.saved",
    subject: "workflow",
    before: { version: 1, options: before.options },
    after: { version: 2, options: { requiredApprovals: 2 } },
  });
});

test("only admins save it", async () => {
  const fixture = await buildCatalog(database);
  expect(refusal(await save(fixture, {}, "bob"))).toMatchObject({ code: "not-admin" });
});

test("R6: it cannot be on with too few people in some project, which is named", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Finance Reviewer", members: [{ memberId: idOf("bob"), projects: ["finance"] }] }],
    projects: [commerce, { ...commerce, slug: "finance", name: "Finance" }],
  });
  const roleIds = [fixture.role("Finance Reviewer")];
  const dead = { code: "dead-workflow", required: 1, projects: [{ name: "Commerce", available: 0 }] };
  expect(refusal(await save(fixture, { roleIds }))).toEqual(dead);
  expect((await preview(fixture, { roleIds })).problem).toEqual(dead);
  accepted(await save(fixture, { roleIds, enabled: false }));
});

test("a role that was deleted meanwhile is not saved", async () => {
  const fixture = await buildCatalog(database);
  const roleIds = [fixture.role("Reviewer"), randomUUID()];
  expect(refusal(await save(fixture, { roleIds }))).toEqual({ code: "not-found", what: "role" });
});

test("R6: an assignee outside the chosen roles is refused by name", async () => {
  const fixture = await buildCatalog(database);
  expect(refusal(await save(fixture, { assigneeIds: ["UBOB", "UDANA"] }))).toEqual({
    code: "assignee-not-in-roles",
    people: [{ id: "UDANA", name: "dana" }],
  });
});

test("R6: before Save it is known how many can review, how many are told, and who has no email address", async () => {
  const fixture = await buildCatalog(database, { reviewers: ["bob", "carol", "eve", "gus"] });
  await fixture.people(["gus"], "guest");
  expect(await preview(fixture)).toMatchObject({
    reviewers: 3,
    notified: 3,
    noEmail: 0,
    fewest: null,
    problem: null,
  });
  expect(await preview(fixture, { assigneeIds: ["UBOB"] })).toMatchObject({ reviewers: 1, notified: 1 });
  expect((await preview(fixture)).choices.map(({ name }) => name)).toEqual(["bob", "carol", "eve"]);
});

test("in a channel ten are mentioned; who comes after them and has no email address is told on no channel", async () => {
  const names = Array.from({ length: 12 }, (_, i) => `r${String(i).padStart(2, "0")}`);
  const fixture = await buildCatalog(database, { reviewers: names });
  const { organizationId } = fixture;
  const last = { organizationId, id: "UR11", name: "r11", email: null, timeZone: "UTC" };
  await saveMembers(fixture.context, [{ ...last, status: "active" }]);
  const cardsTo = { kind: "channel", channelId: "C1", channelName: "releases" } as const;
  expect(await preview(fixture)).toMatchObject({ reviewers: 12, notified: 12, noEmail: 1, unreachable: [] });
  expect(await preview(fixture, { options: { cardsTo } })).toMatchObject({
    reviewers: 12,
    notified: 11,
    noEmail: 1,
    unreachable: [{ id: "UR11", name: "r11" }],
  });
});

test("R4: the requests that nobody could then decide are named; an approval counts only while its giver may review", async () => {
  const fixture = await buildCatalog(database, { options: { requiredApprovals: 2 } });
  const number = await fixture.requested();
  const alone = { assigneeIds: [idOf("carol")] };
  expect(await preview(fixture, alone)).toMatchObject({ open: 1, undecidable: [number] });
  accepted(await fixture.review("bob", number, "approve"));
  expect(await preview(fixture, alone)).toMatchObject({ open: 1, undecidable: [number] });
  expect(await preview(fixture, { assigneeIds: [idOf("bob"), idOf("carol")] })).toMatchObject({
    undecidable: [],
  });
  expect(await preview(fixture, { roleIds: [] })).toMatchObject({ undecidable: [number] });
});

test("of two who save, the second one is told; on the new version it can save", async () => {
  const fixture = await buildCatalog(database);
  const mine = await draft(fixture, { options: { selfReview: true } });
  accepted(await save(fixture, { options: { requiredApprovals: 2 } }));
  const { organizationId } = fixture;
  const again = (workflow: Workflow) =>
    saveWorkflow(fixture.context, { organizationId, actor: by("ada"), surface, workflow });
  expect(refusal(await again(mine))).toMatchObject({ code: "stale", by: { id: "UADA" } });
  accepted(await again({ ...mine, version: 2 }));
});

test("R1: turned off, open requests live on", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const { organizationId } = fixture;
  const off = { organizationId, actor: by("ada"), surface, version: 1, cancelOpen: false };
  expect(accepted(await turnOffWorkflow(fixture.context, off))).toEqual({ version: 2, open: 1 });
  expect(await current(fixture)).toMatchObject({ enabled: false, roleIds: [fixture.role("Reviewer")] });
  expect(await fixture.outbox("cancel-requests")).toEqual([]);
  expect(await fixture.state(number)).toMatchObject({ state: "pending" });
});

test("R10: turned off with cancelling, those open then are cancelled one by one, audited, with the reason", async () => {
  const fixture = await buildCatalog(database);
  const pending = await fixture.requested();
  const { deploymentId, number: promoting } = await fixture.promoting({
    targetId: fixture.environment("production"),
    buildId: fixture.build("2"),
  });
  const { organizationId } = fixture;
  const off = { organizationId, actor: by("ada"), surface, version: 1, cancelOpen: true };
  accepted(await turnOffWorkflow(fixture.context, off));
  const [item] = await fixture.outbox("cancel-requests");
  for (let times = 0; times < 2; times += 1) {
    await cancelRequests(fixture.context, organizationId, item?.payload as Payload<"cancel-requests">);
  }
  expect(await fixture.state(pending)).toMatchObject({ state: "cancelled", reason: "workflow turned off" });
  expect(await fixture.state(promoting)).toMatchObject({ state: "promoting", deploymentId });
  const audit = (await fixture.audit(pending)).filter(({ action }) => action === "request.cancelled");
  expect(audit).toMatchObject([{ actor: by("ada"), surface: "slack" }]);
});
