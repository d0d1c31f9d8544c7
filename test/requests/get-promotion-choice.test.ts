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

async function choice(fixture: Catalog, target: string | null = null, name = "dana") {
  const found = await getPromotionChoice(
    fixture.context.db,
    fixture.organizationId,
    idOf(name),
    fixture.integration(),
    target === null ? null : fixture.environment(target),
    fixture.clock.now,
  );
  if (found === undefined) throw new Error("There is nothing to choose");
  return found;
}

test("R2: the likely step is the first with something to promote", async () => {
  const fixture = await buildCatalog(database);
  expect(await choice(fixture)).toMatchObject({
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
  await fixture.deploy("staging", "3");
  expect((await choice(fixture)).step?.target.name).toBe("Production");
});

test("a chosen environment is taken; one that is no target gives the likely one", async () => {
  const fixture = await buildCatalog(database);
  const chosen = await choice(fixture, "production");
  expect(chosen).toMatchObject({
    step: { source: { name: "Staging" }, target: { name: "Production", critical: true } },
    build: { version: "1.2.0" },
    liveInTarget: { version: "1.1.0" },
  });
  expect(chosen.steps.map(({ target }) => target.name)).toEqual(["Staging", "Production"]);
  expect((await choice(fixture, "development")).step?.target.name).toBe("Staging");
});

test("R2: nothing to promote is said at once", async () => {
  const fixture = await buildCatalog(database);
  await fixture.deploy("staging", "3");
  expect((await choice(fixture, "staging")).problem).toEqual({
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
  const fixture = await buildCatalog(database, { projects: [{ ...commerce, environments, integrations }] });
  expect(await choice(fixture)).toMatchObject({ step: null, steps: [], problem: { code: "no-source" } });
});

test("R1: whether the gate is closed for this target", async () => {
  const off = await buildCatalog(database, { enabled: false });
  expect((await choice(off)).gated).toBe(false);
  const critical = await buildCatalog(database, { options: { gate: "critical" } });
  expect((await choice(critical, "staging")).gated).toBe(false);
  expect((await choice(critical, "production")).gated).toBe(true);
});

test("R3: the open request in the way, and whether it may be replaced", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  expect((await choice(fixture)).openRequest).toEqual({ number, replaceable: false });
  expect((await choice(fixture, "production")).openRequest).toBeNull();
  await fixture.deploy("development", "4");
  expect((await choice(fixture)).openRequest).toEqual({ number, replaceable: true });
  accepted(await fixture.review("bob", number, "approve"));
  expect((await choice(fixture)).openRequest).toEqual({ number, replaceable: true });
});

test("R11: one that has expired is not in the way", async () => {
  const fixture = await buildCatalog(database);
  await fixture.requested();
  fixture.later({ days: 7 });
  expect((await choice(fixture)).openRequest).toBeNull();
});

test("R9: a running deployment is shown, and confirmed by what was shown", async () => {
  const fixture = await buildCatalog(database, { enabled: false });
  await fixture.deploy("staging", "1", "in progress");
  const { shown, deploymentRunning } = await choice(fixture);
  expect(deploymentRunning).toBe(true);
  expect(accepted(await fixture.request("dana", { confirmedFingerprint: shown })).state).toBe("promoting");
});

test("R14: a person who cannot request learns who can", async () => {
  const fixture = await buildCatalog(database, {
    roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
    projects: [{ ...commerce, requesters: ["Developer"] }],
  });
  expect((await choice(fixture, null, "dora")).problem).toEqual({
    code: "not-requester",
    why: "role",
    roles: ["Developer"],
  });
  expect((await choice(fixture, null, "zoe")).problem).toEqual({ code: "not-found", what: "member" });
  expect((await choice(fixture)).problem).toBeNull();
});

test("an archived integration, and one of another organization, offers nothing", async () => {
  const [fixture, elsewhere] = [await buildCatalog(database), await buildCatalog(database)];
  const { db } = fixture.context;
  const find = (id: string) =>
    getPromotionChoice(db, fixture.organizationId, idOf("dana"), id, null, fixture.clock.now);
  expect(await find(elsewhere.integration())).toBeUndefined();
  const { sql } = database.database;
  await sql`update projects set archived_at = now() where organization_id = ${fixture.organizationId}`;
  expect(await find(fixture.integration())).toBeUndefined();
});
