import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { roleHoldings } from "../../db/schema/index.ts";
import type { Payload } from "../../src/outbox/items.ts";
import { cancelRequests } from "../../src/usecases/requests/cancel-requests.ts";
import { expireOverdue } from "../../src/usecases/requests/expire-request.ts";
import { turnOffWorkflow } from "../../src/usecases/workflow/turn-off-workflow.ts";
import { accepted, buildCatalog, by, type Catalog, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { holdRequest } from "../support/hold-lock.ts";

let database: TestDatabase;
beforeAll(async () => {
  // A request waits for the lock that a test holds.
  database = await testDatabase({ lockTimeoutMs: 30_000 });
});
afterAll(() => database?.drop());

/** Dora replaces Dana's request, and something happens while she waits for its lock. */
async function replaceDuring(fixture: Catalog, meanwhile: () => Promise<unknown>, gated?: boolean) {
  const old = await fixture.requested();
  await fixture.deploy("development", "4");
  const lock = await holdRequest(database.database.sql, fixture.organizationId, old);
  const requested = fixture.request("dora", { buildId: fixture.build("4"), replaces: old, gated });
  await lock.untilAwaited();
  await meanwhile();
  await lock.release();
  return { result: await requested, old };
}

describe("R3: the rules are checked after the wait for the request in the way", () => {
  test("R1, R3: the workflow was turned on meanwhile: a review is needed", async () => {
    const fixture = await buildCatalog(database, { options: { gate: "critical" } });
    await fixture.saveWorkflow({ options: { gate: "every" } });
    const old = await fixture.requested();
    await fixture.saveWorkflow({ enabled: false });
    await fixture.deploy("development", "4");
    const lock = await holdRequest(database.database.sql, fixture.organizationId, old);
    const requested = fixture.request("dora", { buildId: fixture.build("4"), replaces: old });
    await lock.untilAwaited();
    await fixture.saveWorkflow({ enabled: true });
    await lock.release();
    expect(accepted(await requested)).toMatchObject({ replaced: old, state: "pending" });
  });

  test("R3, R14: the requester was deactivated meanwhile: nothing is replaced", async () => {
    const fixture = await buildCatalog(database);
    const { result, old } = await replaceDuring(fixture, () => fixture.people(["dora"], "deactivated"));
    expect(refusal(result)).toMatchObject({ code: "not-requester", why: "deactivated" });
    expect(await fixture.state(old)).toMatchObject({ state: "pending" });
  });

  test("R3, R6: the reviewers lost their role meanwhile: nothing is replaced", async () => {
    const fixture = await buildCatalog(database);
    const { db } = database.database;
    const { result, old } = await replaceDuring(fixture, () =>
      db.delete(roleHoldings).where(eq(roleHoldings.organizationId, fixture.organizationId)),
    );
    expect(refusal(result)).toMatchObject({ code: "too-few-reviewers" });
    expect(await fixture.state(old)).toMatchObject({ state: "pending" });
  });

  test("R1, R3: who was shown that a review is needed is told that it was turned off meanwhile", async () => {
    const fixture = await buildCatalog(database);
    const off = () => fixture.saveWorkflow({ enabled: false });
    const { result } = await replaceDuring(fixture, off, true);
    expect(refusal(result)).toEqual({ code: "gate-changed", gated: false });
  });
});

describe("R3, R11: an expired request is replaced in the same way before and after its expiry was recorded", () => {
  test.each([
    ["before", async () => {}],
    ["after", async (fixture: Catalog) => expect(await expireOverdue(fixture.context)).toBeGreaterThan(0)],
  ])("R3, R11: %s", async (_, record) => {
    const fixture = await buildCatalog(database);
    const old = await fixture.requested();
    fixture.later({ days: 7 });
    await record(fixture);
    expect(accepted(await fixture.request("dora", { replaces: old }))).toMatchObject({
      replaced: null,
      state: "pending",
    });
    expect(await fixture.state(old)).toMatchObject({ state: "expired", replacedBy: null });
  });

  test("R3: an expired request for another environment is not replaced", async () => {
    const fixture = await buildCatalog(database);
    const elsewhere = { targetId: fixture.environment("production"), buildId: fixture.build("2") };
    const old = accepted(await fixture.request("dana", elsewhere)).number;
    fixture.later({ days: 7 });
    await expireOverdue(fixture.context);
    expect(refusal(await fixture.request("dora", { replaces: old }))).toEqual({
      code: "not-replaceable",
      number: old,
    });
  });
});

test.each([
  ["loses the role", (fixture: Catalog) => fixture.hold("Admin", ["bob"])],
  ["is deactivated", (fixture: Catalog) => fixture.people(["ada"], "deactivated")],
])("R10: what an admin confirmed is carried out, also if the admin %s a second later", async (_, change) => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const { organizationId } = fixture;
  const off = { organizationId, actor: by("ada"), surface: "slack" as const, version: 1, cancelOpen: true };
  accepted(await turnOffWorkflow(fixture.context, off));
  await change(fixture);
  const [item] = await fixture.outbox("cancel-requests");
  await cancelRequests(fixture.context, organizationId, item?.payload as Payload<"cancel-requests">);
  expect(await fixture.state(number)).toMatchObject({
    state: "cancelled",
    closedBy: { memberId: idOf("ada") },
  });
});
