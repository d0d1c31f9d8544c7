import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findIntegration } from "../../db/catalog/catalog.ts";
import { environments } from "../../db/schema/index.ts";
import { tellChange } from "../../src/usecases/delivery/tell-change.ts";
import type { RequestChanged } from "../../src/usecases/requests/record-change.ts";
import { accepted, buildCatalog, type Catalog, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** The changes for which cards of a request are drawn again. */
const redrawn = async (house: Catalog, number: number) =>
  (await house.outbox("request-changed"))
    .map(({ payload }) => payload as RequestChanged)
    .filter((change) => change.number === number && change.event === "changed");

test("R1: who was told that a review is needed does not promote at once where the workflow went off meanwhile", async () => {
  const house = await buildCatalog(database);
  await house.saveWorkflow({ enabled: false });
  const before = await house.everything();
  expect(refusal(await house.request("dana", { gated: true }))).toEqual({
    code: "gate-changed",
    gated: false,
  });
  expect(await house.everything()).toEqual(before);
  expect(accepted(await house.request("dana", { gated: false })).state).toBe("promoting");
});

test("R1: who was told that no review is needed is told where the workflow went on meanwhile", async () => {
  const house = await buildCatalog(database);
  expect(refusal(await house.request("dana", { gated: false }))).toEqual({
    code: "gate-changed",
    gated: true,
  });
  expect(accepted(await house.request("dana", { gated: true })).state).toBe("pending");
});

test("R4: cards follow a change of who holds a role; the same file again changes nothing", async () => {
  const house = await buildCatalog(database);
  const number = await house.requested();
  await house.hold("Reviewer", ["dora"]);
  await house.follow();
  const [change, ...more] = await redrawn(house, number);
  expect(more).toEqual([]);
  expect((await house.state(number)).version).toBe(change?.version);
  await tellChange(house.context, house.organizationId, change as RequestChanged);
  const { cards = [] } = await house.everything();
  expect(JSON.stringify(cards)).toContain(idOf("dora"));
  await house.hold("Reviewer", ["dora"]);
  await house.follow();
  expect(await redrawn(house, number)).toHaveLength(1);
});

test("R4: cards follow a change of the workflow", async () => {
  const house = await buildCatalog(database);
  const number = await house.requested();
  const workflow = { enabled: true, roles: ["Reviewer"], assignees: [], options: { requiredApprovals: 2 } };
  await house.seed({ roles: [], workflow });
  await house.follow();
  expect(await redrawn(house, number)).toHaveLength(1);
});

test("R4: cards follow somebody who is not a full member any more", async () => {
  const house = await buildCatalog(database);
  const number = await house.requested();
  await house.people(["bob"]);
  await house.follow();
  expect(await redrawn(house, number)).toEqual([]);
  await house.people(["bob"], "deactivated");
  await house.follow();
  expect(await redrawn(house, number)).toMatchObject([{ number, version: 2 }]);
});

test("R2: environments that a file gives the same place keep one order", async () => {
  const house = await buildCatalog(database);
  await database.database.db
    .update(environments)
    .set({ position: 1 })
    .where(eq(environments.organizationId, house.organizationId));
  // By slug then: development, production, staging.
  const integrationId = house.integration();
  const place = await findIntegration(database.database.db, house.organizationId, integrationId);
  expect(place?.environments.map(({ slug }) => slug)).toEqual(["development", "production", "staging"]);
});

test("two deployments of one integration that end at once, and others beside them, do not deadlock", async () => {
  const house = await buildCatalog(database);
  for (let round = 0; round < 5; round += 1) {
    const beside = await house.promoting({
      targetId: house.environment("production"),
      buildId: house.build("2"),
    });
    const { deploymentId } = await house.promoting();
    const others = await Promise.all([1, 2, 3, 4].map(() => house.deploy("staging", "2", "in progress")));
    const results = await Promise.all(
      [deploymentId, ...others, beside.deploymentId].map((id) => house.report(id, { status: "succeeded" })),
    );
    expect(results.every((result) => result.ok)).toBe(true);
    // Back to where it was, for the next round.
    await house.deploy("staging", "2");
    await house.deploy("production", "1");
  }
});
