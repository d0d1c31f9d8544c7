import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findIntegration } from "../../db/catalog/integrations.ts";
import { environments } from "../../db/schema/index.ts";
import type { Payload } from "../../src/outbox/items.ts";
import { tellChange } from "../../src/usecases/delivery/tell-change.ts";
import { accepted, buildCatalog, type Catalog, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Returns the changes that redraw a request's cards. */
const redrawn = async (fixture: Catalog, number: number) =>
  (await fixture.outbox("request-changed"))
    .map(({ payload }) => payload as Payload<"request-changed">)
    .filter((change) => change.number === number && change.event === "changed");

test("R1: who was told that a review is needed does not promote at once where the workflow went off meanwhile", async () => {
  const fixture = await buildCatalog(database);
  await fixture.saveWorkflow({ enabled: false });
  const before = await fixture.allRows();
  expect(refusal(await fixture.request("dana", { gated: true }))).toEqual({
    code: "gate-changed",
    gated: false,
  });
  expect(await fixture.allRows()).toEqual(before);
  expect(accepted(await fixture.request("dana", { gated: false })).state).toBe("promoting");
});

test("R1: who was told that no review is needed is told where the workflow went on meanwhile", async () => {
  const fixture = await buildCatalog(database);
  expect(refusal(await fixture.request("dana", { gated: false }))).toEqual({
    code: "gate-changed",
    gated: true,
  });
  expect(accepted(await fixture.request("dana", { gated: true })).state).toBe("pending");
});

test("R4: cards follow a change of who holds a role; the same file again changes nothing", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.hold("Reviewer", ["dora"]);
  await fixture.follow();
  const [change, ...more] = await redrawn(fixture, number);
  expect(more).toEqual([]);
  expect((await fixture.state(number)).version).toBe(change?.version);
  await tellChange(fixture.context, fixture.organizationId, change as Payload<"request-changed">);
  const { cards = [] } = await fixture.allRows();
  expect(JSON.stringify(cards)).toContain(idOf("dora"));
  await fixture.hold("Reviewer", ["dora"]);
  await fixture.follow();
  expect(await redrawn(fixture, number)).toHaveLength(1);
});

test("R4: cards follow a change of the workflow", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const workflow = { enabled: true, roles: ["Reviewer"], assignees: [], options: { requiredApprovals: 2 } };
  await fixture.seed({ roles: [], workflow });
  await fixture.follow();
  expect(await redrawn(fixture, number)).toHaveLength(1);
});

test("R4: cards follow somebody who is not a full member any more", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  await fixture.people(["bob"]);
  await fixture.follow();
  expect(await redrawn(fixture, number)).toEqual([]);
  await fixture.people(["bob"], "deactivated");
  await fixture.follow();
  expect(await redrawn(fixture, number)).toMatchObject([{ number, version: 2 }]);
});

test("R2: environments that a file gives the same place keep one order", async () => {
  const fixture = await buildCatalog(database);
  await database.database.db
    .update(environments)
    .set({ position: 1 })
    .where(eq(environments.organizationId, fixture.organizationId));
  // Alphabetical order: development, production, staging.
  const integrationId = fixture.integration();
  const place = await findIntegration(database.database.db, fixture.organizationId, integrationId);
  expect(place?.environments.map(({ slug }) => slug)).toEqual(["development", "production", "staging"]);
});

test("two deployments of one integration that end at once, and others beside them, do not deadlock", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < 5; round += 1) {
    const beside = await fixture.promoting({
      targetId: fixture.environment("production"),
      buildId: fixture.build("2"),
    });
    const { deploymentId } = await fixture.promoting();
    const others = await Promise.all([1, 2, 3, 4].map(() => fixture.deploy("staging", "2", "in progress")));
    const results = await Promise.all(
      [deploymentId, ...others, beside.deploymentId].map((id) => fixture.report(id, { status: "succeeded" })),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    // Restores the state for the next round.
    await fixture.deploy("staging", "2");
    await fixture.deploy("production", "1");
  }
});
