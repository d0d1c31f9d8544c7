import { afterAll, beforeAll, expect, test } from "vitest";
import { getPromotionChoice } from "../../src/queries/requests/get-promotion-choice.ts";
import { accepted, buildCatalog, type Catalog, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const [orders] = commerce.integrations;

async function choice(house: Catalog, target: string | null = null, name = "dana") {
  const found = await getPromotionChoice(
    house.context.db,
    house.organizationId,
    idOf(name),
    house.integration(),
    target === null ? null : house.environment(target),
    house.clock.now,
  );
  if (found === undefined) throw new Error("There is nothing to choose");
  return found;
}

test("R2: the likely step is the first with something to promote", async () => {
  const house = await buildCatalog(database);
  expect(await choice(house)).toMatchObject({
    project: { name: "Commerce" },
    integration: { slug: "orders" },
    step: { source: { name: "Development" }, target: { name: "Staging" } },
    gated: true,
    build: { version: "1.3.0", commit: "c0ffee3" },
    liveInTarget: { version: "1.2.0" },
    problem: null,
    openRequest: null,
    shown: null,
    deploymentRunning: false,
  });
  await house.deploy("staging", "3");
  expect((await choice(house)).step?.target.name).toBe("Production");
});

test("a chosen environment is taken; one that is no target gives the likely one", async () => {
  const house = await buildCatalog(database);
  const chosen = await choice(house, "production");
  expect(chosen).toMatchObject({
    step: { source: { name: "Staging" }, target: { name: "Production", critical: true } },
    build: { version: "1.2.0" },
    liveInTarget: { version: "1.1.0" },
  });
  expect(chosen.steps.map(({ target }) => target.name)).toEqual(["Staging", "Production"]);
  expect((await choice(house, "development")).step?.target.name).toBe("Staging");
});

test("R2: nothing to promote is said at once", async () => {
  const house = await buildCatalog(database);
  await house.deploy("staging", "3");
  expect((await choice(house, "staging")).problem).toEqual({
    code: "already-live",
    version: "1.3.0",
    target: "Staging",
  });
  const integrations = [{ ...(orders as NonNullable<typeof orders>), live: {} }];
  const bare = await buildCatalog(database, { projects: [{ ...commerce, integrations }] });
  expect(await choice(bare)).toMatchObject({
    problem: { code: "nothing-live", source: "Development" },
    build: null,
    liveInTarget: null,
  });
});

test("R2: a pipeline of one environment has no step", async () => {
  const integrations = [{ ...(orders as NonNullable<typeof orders>), live: {} }];
  const environments = commerce.environments.slice(0, 1);
  const house = await buildCatalog(database, { projects: [{ ...commerce, environments, integrations }] });
  expect(await choice(house)).toMatchObject({ step: null, steps: [], problem: { code: "no-source" } });
});

test("R1: whether the gate stands, for this target", async () => {
  const off = await buildCatalog(database, { enabled: false });
  expect((await choice(off)).gated).toBe(false);
  const critical = await buildCatalog(database, { options: { gate: "critical" } });
  expect((await choice(critical, "staging")).gated).toBe(false);
  expect((await choice(critical, "production")).gated).toBe(true);
});

test("R3: the open request in the way, and whether it may be replaced", async () => {
  const house = await buildCatalog(database);
  const number = await house.requested();
  expect((await choice(house)).openRequest).toEqual({ number, replaceable: false });
  expect((await choice(house, "production")).openRequest).toBeNull();
  await house.deploy("development", "4");
  expect((await choice(house)).openRequest).toEqual({ number, replaceable: true });
  accepted(await house.review("bob", number, "approve"));
  expect((await choice(house)).openRequest).toEqual({ number, replaceable: true });
});

test("R11: one that has expired is not in the way", async () => {
  const house = await buildCatalog(database);
  await house.requested();
  house.later({ days: 7 });
  expect((await choice(house)).openRequest).toBeNull();
});

test("R9: a running deployment is shown, and confirmed by what was shown", async () => {
  const house = await buildCatalog(database, { enabled: false });
  await house.deploy("staging", "1", "in progress");
  const { shown, deploymentRunning } = await choice(house);
  expect(deploymentRunning).toBe(true);
  expect(accepted(await house.request("dana", { shown })).state).toBe("promoting");
});

test("R14: who may not request is told who can", async () => {
  const house = await buildCatalog(database, {
    roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
    projects: [{ ...commerce, requesters: ["Developer"] }],
  });
  expect((await choice(house, null, "dora")).problem).toEqual({
    code: "not-requester",
    why: "role",
    roles: ["Developer"],
  });
  expect((await choice(house, null, "zoe")).problem).toEqual({ code: "not-found", what: "member" });
  expect((await choice(house)).problem).toBeNull();
});

test("an archived integration, and one of another organization, offers nothing", async () => {
  const [house, elsewhere] = [await buildCatalog(database), await buildCatalog(database)];
  const { db } = house.context;
  const find = (id: string) =>
    getPromotionChoice(db, house.organizationId, idOf("dana"), id, null, house.clock.now);
  expect(await find(elsewhere.integration())).toBeUndefined();
  const { sql } = database.database;
  await sql`update projects set archived_at = now() where organization_id = ${house.organizationId}`;
  expect(await find(house.integration())).toBeUndefined();
});
