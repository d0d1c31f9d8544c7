import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accepted } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type ApiFixture, apiFixture } from "../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/deployments";
/** Build 2 is live in Staging at first. */
const redeployment = { id: "run-2-again", environment: "staging", build: "2" };

/** Promotes build 3 to Staging. */
async function promoteNext(fixture: ApiFixture) {
  const number = await fixture.approved();
  const shown = await fixture.promote("dana", number);
  const confirmed = shown.ok ? null : "shown" in shown.refusal ? shown.refusal.shown : null;
  const { deploymentId = "" } = shown.ok
    ? shown.value
    : accepted(await fixture.promote("dana", number, confirmed));
  fixture.later({ hours: 1 });
  accepted(await fixture.report(deploymentId, { status: "succeeded" }));
  expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
}

const adminsTold = async (fixture: ApiFixture) => (await fixture.outbox("send-admin-message")).length;

describe("R1: a redeployment of the build that was live when it started", () => {
  test("is not marked if an approved build became live meanwhile: it never becomes live", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    expect((await fixture.post(path, { ...redeployment, status: "in progress" })).body.outside).toBe(false);
    fixture.later({ hours: 1 });
    await promoteNext(fixture);
    const { body } = await fixture.post(path, redeployment);
    expect(body).toMatchObject({ status: "succeeded", outside: false, live: false });
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
    expect(await adminsTold(fixture)).toBe(0);
  });

  test("is not marked either if it is first reported when it has succeeded", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    const startedAt = fixture.clock.now.toISOString();
    fixture.later({ hours: 1 });
    await promoteNext(fixture);
    const { body } = await fixture.post(path, { ...redeployment, startedAt });
    expect(body).toMatchObject({ outside: false, live: false });
    expect(await adminsTold(fixture)).toBe(0);
  });

  test("is marked if it becomes live in place of a build whose deployment started earlier: a rollback", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    const { deploymentId } = await fixture.promoting();
    fixture.later({ hours: 1 });
    expect((await fixture.post(path, { ...redeployment, status: "in progress" })).body.outside).toBe(false);
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    const { body } = await fixture.post(path, redeployment);
    expect(body).toMatchObject({ outside: true, live: true });
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.2.0");
    expect(await adminsTold(fixture)).toBe(1);
  });

  test("keeps the mark of a build that was live outside approval", async () => {
    const fixture = await apiFixture(database);
    await fixture.post(path, { id: "run-4", environment: "staging", build: "4" });
    fixture.later({ hours: 1 });
    const startedAt = fixture.clock.now.toISOString();
    fixture.later({ hours: 1 });
    await promoteNext(fixture);
    const { body } = await fixture.post(path, { ...redeployment, build: "4", startedAt });
    expect(body).toMatchObject({ outside: true, live: false });
  });

  test("is marked if the build was live only before it started, although it never becomes live", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    await promoteNext(fixture);
    fixture.later({ hours: 1 });
    const startedAt = fixture.clock.now.toISOString();
    fixture.later({ hours: 1 });
    await fixture.post(path, { id: "run-3-again", environment: "staging", build: "3" });
    const { body } = await fixture.post(path, { ...redeployment, startedAt });
    expect(body).toMatchObject({ outside: true, live: false });
  });
});
