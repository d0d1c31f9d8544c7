import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accepted, buildCatalog, type Catalog, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const staging = (fixture: Catalog) => fixture.live(fixture.environment("staging"));

/** Creates a request whose first attempt is unknown and whose second is running. */
async function retriedAfterUnknown() {
  const fixture = await buildCatalog(database);
  const { number, deploymentId: first } = await fixture.promoting();
  accepted(await fixture.report(first, { status: "unknown", reason: "no answer" }));
  const asked = refusal(await fixture.promote("dana", number));
  const shown = asked.code === "must-confirm" ? asked.shown : null;
  const second = accepted(await fixture.promote("dana", number, shown)).deploymentId;
  return { fixture, number, first, second };
}

describe("reports of one attempt", () => {
  test.each([{ status: "succeeded" }, { status: "failed", reason: "boom" }] as const)(
    "the first final report wins: $status, then anything else changes nothing",
    async (report) => {
      const fixture = await buildCatalog(database);
      const { deploymentId } = await fixture.promoting();
      accepted(await fixture.report(deploymentId, report));
      const before = await fixture.allRows();
      for (const late of [
        { status: "succeeded" },
        { status: "failed", reason: "again" },
        { status: "unknown", reason: null },
        { status: "in progress" },
      ] as const) {
        expect(accepted(await fixture.report(deploymentId, late))).toMatchObject({ changed: false });
      }
      expect(await fixture.allRows()).toEqual(before);
    },
  );

  test("a report of progress brings a link and ends nothing", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    const link = "https://ci.example/runs/7";
    accepted(await fixture.report(deploymentId, { status: "in progress" }, link));
    expect((await fixture.state(number)).state).toBe("promoting");
    accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }));
    expect((await fixture.allRows()).deployments).toContainEqual(
      expect.objectContaining({ id: deploymentId, status: "failed", link, reason: "boom" }),
    );
  });

  test("an unknown attempt, or one of another organization, is not found", async () => {
    const [fixture, elsewhere] = [await buildCatalog(database), await buildCatalog(database)];
    const { deploymentId } = await elsewhere.promoting();
    for (const id of [randomUUID(), deploymentId]) {
      expect(refusal(await fixture.report(id, { status: "succeeded" })).code).toBe("not-found");
    }
  });
});

describe("R9: late reports", () => {
  test("R9: late success of the last attempt promotes a failed request after all", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "unknown", reason: "no answer" }));
    expect(await fixture.state(number)).toMatchObject({ state: "failed", attemptOutcome: "unknown" });
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect((await fixture.state(number)).state).toBe("promoted");
    expect(await staging(fixture)).toBe("1.3.0");
    expect((await fixture.audit(number)).at(-1)).toMatchObject({
      action: "request.promoted",
      before: { state: { name: "failed" } },
    });
  });

  test("R9: an unknown attempt that turns out to have failed is written down, and the request stays failed", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "unknown", reason: "no answer" }));
    expect(accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }))).toMatchObject({
      changed: true,
    });
    expect((await fixture.state(number)).state).toBe("failed");
  });

  test("R9: an older attempt that reports after a newer one succeeded is recorded, not made live", async () => {
    const { fixture, number, first, second } = await retriedAfterUnknown();
    accepted(await fixture.report(second, { status: "succeeded" }));
    accepted(await fixture.cancel("ada", await fixture.requested({ ...(await newer(fixture)) }), "tidy"));
    const pointer = (await fixture.allRows()).liveBuilds;
    accepted(await fixture.report(first, { status: "succeeded" }));
    expect((await fixture.allRows()).liveBuilds).toEqual(pointer);
    expect((await fixture.state(number)).deploymentId).toBe(second);
    expect((await fixture.allRows()).deployments).toContainEqual(
      expect.objectContaining({ id: first, status: "succeeded" }),
    );
  });

  test("R9: an older attempt's success moves the live build but not the request that runs a newer one", async () => {
    const { fixture, number, first, second } = await retriedAfterUnknown();
    accepted(await fixture.report(first, { status: "succeeded" }));
    expect(await fixture.state(number)).toMatchObject({ state: "promoting", deploymentId: second });
    expect(await staging(fixture)).toBe("1.3.0");
    accepted(await fixture.report(second, { status: "succeeded" }));
    expect((await fixture.state(number)).state).toBe("promoted");
  });

  test("R9: the cards of a request are drawn again when its older attempt changes what is live", async () => {
    const { fixture, number, first } = await retriedAfterUnknown();
    const before = (await fixture.state(number)).version;
    accepted(await fixture.report(first, { status: "succeeded" }));
    expect((await fixture.state(number)).version).toBe(before + 1);
    expect(await fixture.outbox("request-changed")).toContainEqual(
      expect.objectContaining({ key: `request:${number}:v${before + 1}` }),
    );
  });

  test("R9: late success after the request was cancelled moves the live build, and the request stays cancelled", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "unknown", reason: null }));
    accepted(await fixture.cancel("dana", number));
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect((await fixture.state(number)).state).toBe("cancelled");
    expect(await staging(fixture)).toBe("1.3.0");
  });

  test("an older build's attempt never takes the place of a newer one's, whichever reports first", async () => {
    const fixture = await buildCatalog(database);
    const older = await fixture.deploy("staging", "3", "in progress");
    const newer = await fixture.deploy("staging", "4", "in progress");
    accepted(await fixture.report(newer, { status: "succeeded" }));
    expect(accepted(await fixture.report(older, { status: "succeeded" }))).toMatchObject({ changed: true });
    expect(await staging(fixture)).toBe("1.4.0");
  });
});

describe("what is live changed", () => {
  test("open requests that show the environment are drawn again, the one that was promoted once only", async () => {
    const fixture = await buildCatalog(database);
    const up = await fixture.requested({
      targetId: fixture.environment("production"),
      buildId: fixture.build("2"),
    });
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await fixture.state(up)).toMatchObject({ state: "pending", version: 2 });
    expect(await fixture.state(number)).toMatchObject({ state: "promoted", version: 4 });
    const keys = (await fixture.outbox("request-changed")).map(({ key }) => key);
    expect(keys.filter((key) => key.startsWith(`request:${up}:`))).toEqual([
      `request:${up}:v1`,
      `request:${up}:v2`,
    ]);
    expect(keys.filter((key) => key.startsWith(`request:${number}:`))).toHaveLength(4);
  });
});

/** Returns the next request, after another build went live in Development. */
async function newer(fixture: Catalog) {
  await fixture.deploy("development", "4");
  return { buildId: fixture.build("4") };
}
