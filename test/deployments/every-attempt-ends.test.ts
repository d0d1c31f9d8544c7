import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endSilentAttempts } from "../../src/usecases/deployments/end-silent-attempts.ts";
import { keepDeployer, recordFailedTry } from "../../src/usecases/deployments/record-try.ts";
import { accepted, buildCatalog, type Catalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const minuteMs = 60_000;
const progress = { status: "in progress" } as const;

async function attemptOf(fixture: Catalog, id: string): Promise<Record<string, unknown>> {
  const { deployments = [] } = await fixture.allRows();
  return deployments.find((row) => "id" in row && row.id === id) as Record<string, unknown>;
}

const setDeployer = (fixture: Catalog, deployer: string) => database.database.sql`
  update integrations set deployer = ${deployer} where organization_id = ${fixture.organizationId}`;

describe("R11: every attempt in progress has a time limit", () => {
  test("R11: an attempt of any deployer that is not heard of for 90 minutes ends as unknown", async () => {
    for (const deployer of ["record", "webhook"]) {
      const fixture = await buildCatalog(database);
      await setDeployer(fixture, deployer);
      const { number, deploymentId } = await fixture.promoting();
      expect(await attemptOf(fixture, deploymentId)).toMatchObject({ deployer });
      fixture.later({ ms: 90 * minuteMs - 1 });
      await endSilentAttempts(fixture.context);
      expect((await fixture.state(number)).state).toBe("promoting");
      fixture.later({ ms: 1 });
      await endSilentAttempts(fixture.context);
      expect(await fixture.state(number)).toMatchObject({ state: "failed", attemptOutcome: "unknown" });
    }
  });

  test("R11: with the deployer `record`, if a report arrives before the outbox gets to it", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, progress));
    fixture.later({ ms: 60 * minuteMs });
    await endSilentAttempts(fixture.context);
    expect(await fixture.state(number)).toMatchObject({ state: "failed", attemptOutcome: "unknown" });
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect((await fixture.state(number)).state).toBe("promoted");
  });

  test("R11: each report restarts it", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    for (let reports = 0; reports < 3; reports++) {
      fixture.later({ ms: 59 * minuteMs });
      accepted(await fixture.report(deploymentId, progress));
      await endSilentAttempts(fixture.context);
    }
    expect((await fixture.state(number)).state).toBe("promoting");
  });

  test("R11: if an earlier version stored no time limit, it is counted from the start of the attempt", async () => {
    const fixture = await buildCatalog(database);
    const { number } = await fixture.promoting();
    const byPipeline = await fixture.deploy("production", "2", "in progress");
    await database.database.sql`
      update deployments set report_by = null, deployer = null
      where organization_id = ${fixture.organizationId} and status = 'in progress'`;
    fixture.later({ ms: 90 * minuteMs });
    await endSilentAttempts(fixture.context);
    expect((await fixture.state(number)).state).toBe("failed");
    expect(await attemptOf(fixture, byPipeline)).toMatchObject({ status: "in progress" });
    fixture.later({ days: 1, ms: -90 * minuteMs });
    await endSilentAttempts(fixture.context);
    expect(await attemptOf(fixture, byPipeline)).toMatchObject({ status: "unknown" });
  });
});

describe("R9: the deployer of an attempt", () => {
  test("R9: is the one that was chosen when it began, also for its time limit", async () => {
    const fixture = await buildCatalog(database);
    const { deploymentId } = await fixture.promoting();
    await setDeployer(fixture, "webhook");
    await keepDeployer(fixture.context, { ...fixture, deploymentId }, "webhook");
    expect(await attemptOf(fixture, deploymentId)).toMatchObject({ deployer: "record" });
  });

  test("R9: of an attempt that an earlier version began is stored once, with its first try", async () => {
    const fixture = await buildCatalog(database);
    const { deploymentId } = await fixture.promoting();
    await database.database.sql`update deployments set deployer = null where id = ${deploymentId}`;
    await keepDeployer(fixture.context, { ...fixture, deploymentId }, "webhook");
    await keepDeployer(fixture.context, { ...fixture, deploymentId }, "record");
    expect(await attemptOf(fixture, deploymentId)).toMatchObject({ deployer: "webhook" });
  });
});

describe("the reason of a failed try", () => {
  const failTry = (fixture: Catalog, deploymentId: string, reason: string) =>
    recordFailedTry(fixture.context, { organizationId: fixture.organizationId, deploymentId }, reason);

  test("is stored, redraws the cards once for the same reason, and goes with the first report", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    const { version } = await fixture.state(number);
    await failTry(fixture, deploymentId, "connect ECONNREFUSED");
    await failTry(fixture, deploymentId, "connect ECONNREFUSED");
    expect(await attemptOf(fixture, deploymentId)).toMatchObject({ retry_reason: "connect ECONNREFUSED" });
    expect((await fixture.state(number)).version).toBe(version + 1);
    await failTry(fixture, deploymentId, "no answer");
    expect((await fixture.state(number)).version).toBe(version + 2);
    accepted(await fixture.report(deploymentId, { status: "accepted" }));
    expect(await attemptOf(fixture, deploymentId)).toMatchObject({ retry_reason: null });
  });

  test("changes nothing once the deployer has reported, or the attempt has ended", async () => {
    const fixture = await buildCatalog(database);
    const { deploymentId } = await fixture.promoting();
    for (const report of [progress, { status: "succeeded" } as const]) {
      accepted(await fixture.report(deploymentId, report));
      const before = await fixture.allRows();
      await failTry(fixture, deploymentId, "no answer");
      expect(await fixture.allRows()).toEqual(before);
    }
  });
});
