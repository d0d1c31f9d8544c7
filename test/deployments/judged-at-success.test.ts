import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployments, liveBuilds } from "../../db/schema/index.ts";
import { endSilentAttempts } from "../../src/usecases/deployments/end-silent-attempts.ts";
import {
  type RecordManualDeployment,
  recordManualDeployment,
} from "../../src/usecases/deployments/record-manual-deployment.ts";
import { accepted, by, commerce } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type ApiFixture, apiFixture } from "../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/deployments";
const running = { id: "run-3", environment: "staging", build: "3", status: "in progress" };

/** Returns whether what is live in Staging is marked, which build it is, and how many notices the admins have got. */
async function staging(fixture: ApiFixture) {
  const [row] = await fixture.context.db
    .select({ outside: deployments.outside, buildId: deployments.buildId })
    .from(liveBuilds)
    .innerJoin(deployments, eq(deployments.id, liveBuilds.deploymentId))
    .where(
      and(
        eq(liveBuilds.organizationId, fixture.organizationId),
        eq(liveBuilds.environmentId, fixture.environment("staging")),
      ),
    );
  const told = await fixture.outbox("send-admin-message");
  return { outside: row?.outside, live: row?.buildId, told: told.length };
}

const marked = (fixture: ApiFixture) => ({ outside: true, live: fixture.build("3"), told: 1 });
const unmarked = (fixture: ApiFixture) => ({ outside: false, live: fixture.build("3"), told: 0 });

const lastReport = async (fixture: ApiFixture) =>
  (await fixture.audit()).filter(({ action }) => action === "deployment.reported").at(-1);

describe("R1: a deployment that a pipeline began while its build was approved", () => {
  test.each<[string, (fixture: ApiFixture, number: number) => Promise<unknown>]>([
    ["was cancelled", async (fixture, number) => accepted(await fixture.cancel("dana", number))],
    ["has expired", async (fixture) => fixture.later({ days: 4 })],
  ])("is marked and reported to the admins if the request %s before it succeeds", async (_, close) => {
    const fixture = await apiFixture(database);
    const number = await fixture.approved();
    expect((await fixture.post(path, running)).body.outside).toBe(false);
    await close(fixture, number);
    const { body } = await fixture.post(path, { ...running, status: "succeeded" });
    expect(body).toMatchObject({ outside: true, live: true });
    expect(await staging(fixture)).toEqual(marked(fixture));
    expect(await lastReport(fixture)).toMatchObject({ after: { status: "succeeded", outside: true } });
    await fixture.post(path, { ...running, status: "succeeded" });
    expect(await staging(fixture)).toEqual(marked(fixture));
  });

  test("is marked if a newer build replaced the request meanwhile, and another token reports it", async () => {
    const fixture = await apiFixture(database);
    const number = await fixture.approved();
    await fixture.post(path, running);
    await fixture.post(path, { id: "run-4", environment: "development", build: "4" });
    await fixture.requested({ buildId: fixture.build("4"), replaces: number });
    const { text: token } = await fixture.newToken(["deployments:write"]);
    const { body } = await fixture.post(path, { ...running, status: "succeeded" }, { token });
    expect(body).toMatchObject({ outside: true, live: true });
    expect(await staging(fixture)).toEqual(marked(fixture));
  });

  test("is not marked if the request is still approved, or its promotion brought the build there first", async () => {
    const fixture = await apiFixture(database);
    const number = await fixture.approved();
    await fixture.post(path, running);
    const shown = await fixture.promote("dana", number);
    const confirmed = shown.ok ? null : "shown" in shown.refusal ? shown.refusal.shown : null;
    const { deploymentId } = accepted(await fixture.promote("dana", number, confirmed));
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect((await fixture.post(path, { ...running, status: "succeeded" })).body.outside).toBe(false);
    expect(await staging(fixture)).toEqual(unmarked(fixture));
  });

  test("is marked if the review was turned on while it ran without a request", async () => {
    const fixture = await apiFixture(database, { enabled: false });
    expect((await fixture.post(path, running)).body.outside).toBe(false);
    await fixture.saveWorkflow({ enabled: true });
    expect((await fixture.post(path, { ...running, status: "succeeded" })).body.outside).toBe(true);
    expect(await staging(fixture)).toEqual(marked(fixture));
  });

  test("keeps its mark, although its build is approved before it succeeds", async () => {
    const fixture = await apiFixture(database);
    expect((await fixture.post(path, running)).body.outside).toBe(true);
    await fixture.approved();
    expect((await fixture.post(path, { ...running, status: "succeeded" })).body.outside).toBe(true);
    expect(await staging(fixture)).toEqual(marked(fixture));
  });
});

describe("R1: an attempt of a request", () => {
  /** Promotes, and lets the attempt go silent. */
  const silent = async (fixture: ApiFixture) => {
    const begun = await fixture.promoting();
    accepted(await fixture.report(begun.deploymentId, { status: "unknown", reason: null }));
    return begun;
  };

  test.each<[string, (fixture: ApiFixture, number: number) => Promise<unknown>]>([
    ["cancelled", async (fixture, number) => accepted(await fixture.cancel("dana", number))],
    ["expired", async (fixture) => fixture.later({ days: 4 })],
  ])("that went silent, and succeeds after its request was %s, is marked and reported", async (_, close) => {
    const fixture = await apiFixture(database);
    const { number, deploymentId } = await silent(fixture);
    await close(fixture, number);
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await staging(fixture)).toEqual(marked(fixture));
    expect(await lastReport(fixture)).toMatchObject({ after: { outside: true } });
  });

  test("that an API token reports late, after the request was cancelled, is marked too", async () => {
    const fixture = await apiFixture(database);
    const { number, deploymentId } = await silent(fixture);
    accepted(await fixture.cancel("dana", number));
    const answer = await fixture.post(`/deployments/${deploymentId}/status`, { status: "succeeded" });
    expect(answer.body).toMatchObject({ status: "succeeded", changed: true });
    expect(await staging(fixture)).toEqual(marked(fixture));
  });

  test("that succeeds in time or late, while its request is open, is not marked", async () => {
    const fixture = await apiFixture(database);
    const { deploymentId } = await silent(fixture);
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await staging(fixture)).toEqual(unmarked(fixture));
  });

  test("that began while no review was required is not marked, and is once its request was cancelled", async () => {
    const succeedsAfter = async (close: (fixture: ApiFixture, number: number) => Promise<unknown>) => {
      const fixture = await apiFixture(database, { enabled: false });
      const { number } = accepted(await fixture.request("dana"));
      const { deploymentId = "" } = await fixture.state(number);
      await fixture.saveWorkflow({ enabled: true });
      await close(fixture, number);
      accepted(await fixture.report(deploymentId ?? "", { status: "succeeded" }));
      return (await staging(fixture)).outside;
    };
    expect(await succeedsAfter(async () => {})).toBe(false);
    const cancelled = await succeedsAfter(async (fixture, number) => {
      const { deploymentId } = await fixture.state(number);
      accepted(await fixture.report(deploymentId ?? "", { status: "unknown", reason: null }));
      accepted(await fixture.cancel("dana", number));
    });
    expect(cancelled).toBe(true);
  });

  test("that ends as unknown by itself is not marked: it is judged when it succeeds", async () => {
    const fixture = await apiFixture(database);
    await fixture.approved();
    await fixture.post(path, running);
    fixture.later({ days: 1 });
    await endSilentAttempts(fixture.context);
    expect((await fixture.post(path, running)).body).toMatchObject({ status: "unknown", outside: false });
    expect((await fixture.post(path, { ...running, status: "succeeded" })).body.outside).toBe(false);
  });
});

describe("R1: what an admin or a seed file records in a guarded environment", () => {
  const record = (fixture: ApiFixture, change: Partial<RecordManualDeployment> = {}) =>
    recordManualDeployment(fixture.context, {
      ...{ organizationId: fixture.organizationId, actor: by("ada"), surface: "slack" as const },
      ...{ integrationId: fixture.integration(), environmentId: fixture.environment("staging") },
      ...{ version: "1.3.0", commit: null, link: null },
      ...change,
    });
  const empty = [
    {
      ...commerce,
      integrations: commerce.integrations.map((one) => ({ ...one, live: { development: "3" } })),
    },
  ];
  const seeded = (fixture: ApiFixture, live: Record<string, string>) =>
    fixture.seed({
      projects: [{ ...commerce, integrations: commerce.integrations.map((one) => ({ ...one, live })) }],
    });
  const recorded = async (fixture: ApiFixture) =>
    (await fixture.audit()).filter(({ action }) => action === "deployment.recorded").at(-1)?.after;

  test("is a baseline where nothing was live, and marked afterwards: Record Deployment", async () => {
    const fixture = await apiFixture(database, { projects: empty });
    accepted(await record(fixture));
    expect(await staging(fixture)).toEqual(unmarked(fixture));
    expect(await recorded(fixture)).toMatchObject({ outside: false, baseline: true });
    accepted(await record(fixture, { version: "1.4.0" }));
    expect(await staging(fixture)).toEqual({ outside: true, live: fixture.build("4"), told: 1 });
    expect(await recorded(fixture)).toMatchObject({ outside: true, baseline: false });
  });

  test("is a baseline where nothing was live, and marked afterwards: a seed file", async () => {
    const fixture = await apiFixture(database, { projects: empty });
    await seeded(fixture, { staging: "3" });
    expect(await staging(fixture)).toEqual(unmarked(fixture));
    expect(await recorded(fixture)).toMatchObject({ outside: false, baseline: true });
    await seeded(fixture, { staging: "4" });
    expect(await staging(fixture)).toEqual({ outside: true, live: fixture.build("4"), told: 1 });
  });

  test("is not marked if it is approved there, is live there, or no review is required", async () => {
    const fixture = await apiFixture(database);
    await fixture.approved();
    accepted(await record(fixture));
    expect(await staging(fixture)).toEqual(unmarked(fixture));
    accepted(await record(fixture, { version: "v1.3.0" }));
    expect(await staging(fixture)).toEqual(unmarked(fixture));
    await fixture.saveWorkflow({ options: { gate: "critical" } });
    accepted(await record(fixture, { version: "1.4.0" }));
    expect(await staging(fixture)).toEqual({ outside: false, live: fixture.build("4"), told: 0 });
  });

  test("is marked if its request was rejected, and in the critical environment only where only those are guarded", async () => {
    const fixture = await apiFixture(database, { options: { gate: "critical" } });
    accepted(await record(fixture));
    expect((await staging(fixture)).told).toBe(0);
    const production = fixture.environment("production");
    accepted(await record(fixture, { environmentId: production }));
    expect((await staging(fixture)).told).toBe(1);
  });
});
