import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getPromotionChoice } from "../../src/queries/requests/get-promotion-choice.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { endSilentAttempts } from "../../src/usecases/deployments/end-silent-attempts.ts";
import { expireOverdue } from "../../src/usecases/requests/expire-request.ts";
import { fixtureApi } from "../support/api/fixture-api.ts";
import { accepted, buildCatalog, type Catalog, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const silent = { status: "unknown", reason: "silence" } as const;

/** Begins an attempt to Staging that ends as unknown. */
async function goSilent(fixture: Catalog) {
  const attempt = await fixture.promoting();
  accepted(await fixture.report(attempt.deploymentId, silent));
  return attempt;
}

/** Returns the kinds of the cautions on a request, and what promoting it must confirm. */
async function warningsOn(fixture: Catalog, number: number) {
  const { organizationId, context } = fixture;
  const view = await getRequest(context.db, organizationId, number, context.now());
  const result = await fixture.promote("dana", number);
  return {
    cautioned: (view?.comparison?.remarks ?? []).some(({ kind }) => kind === "attempt-unknown"),
    changes: !result.ok && result.refusal.code === "must-confirm" ? result.refusal.changes : [],
  };
}

describe("R9: an attempt that ended as unknown warns the next request to its environment", () => {
  const ends: [string, (fixture: Catalog, number: number) => Promise<unknown>][] = [
    ["was cancelled", (fixture, number) => fixture.cancel("dana", number)],
    [
      "has expired",
      async (fixture) => {
        fixture.later({ days: 4 });
        await expireOverdue(fixture.context);
      },
    ],
    ["has expired, and no job has recorded it", async (fixture) => fixture.later({ days: 4 })],
  ];

  test.each(ends)("R9: if the first one %s", async (_, end) => {
    const fixture = await buildCatalog(database);
    const { number: first, deploymentId } = await goSilent(fixture);
    await end(fixture, first);
    const next = await fixture.approved();
    expect(await warningsOn(fixture, next)).toEqual({
      ...{ cautioned: true, changes: [{ kind: "last-attempt-unknown", deploymentId }] },
    });
  });

  test("R9: if the next one replaced it", async () => {
    const fixture = await buildCatalog(database);
    const { number: replaces, deploymentId } = await goSilent(fixture);
    await fixture.deploy("development", "4");
    const next = await fixture.approved({ replaces, buildId: fixture.build("4") });
    expect(await warningsOn(fixture, next)).toMatchObject({ cautioned: true, changes: [{ deploymentId }] });
  });

  test("R9: if a pipeline's own deployment went silent, and its open requests are redrawn", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    const deploymentId = await fixture.deploy("staging", "1", "in progress");
    expect((await warningsOn(fixture, number)).changes).toMatchObject([{ kind: "deployment-running" }]);
    const { version } = await fixture.state(number);
    fixture.later({ days: 1 });
    await endSilentAttempts(fixture.context);
    expect((await fixture.state(number)).version).toBe(version + 1);
    expect(await warningsOn(fixture, number)).toEqual({
      ...{ cautioned: true, changes: [{ kind: "last-attempt-unknown", deploymentId }] },
    });
    accepted(await fixture.report(deploymentId, { status: "failed", reason: null }));
    expect((await fixture.state(number)).version).toBe(version + 2);
    expect(await warningsOn(fixture, number)).toEqual({ cautioned: false, changes: [] });
  });

  test("R9: not once a deployment that started later has succeeded, nor in another environment", async () => {
    const fixture = await buildCatalog(database);
    const { number: first } = await goSilent(fixture);
    accepted(await fixture.cancel("dana", first));
    fixture.later({ hours: 1 });
    await fixture.deploy("staging", "2");
    const next = await fixture.approved();
    expect(await warningsOn(fixture, next)).toEqual({ cautioned: false, changes: [] });
  });

  test("R9: its own card says it in the state, and not as a caution", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await goSilent(fixture);
    expect(await warningsOn(fixture, number)).toEqual({
      ...{ cautioned: false, changes: [{ kind: "last-attempt-unknown", deploymentId }] },
    });
  });

  test("R1, R9: where no review is required, the dialog shows it, and its submission confirms it", async () => {
    const fixture = await buildCatalog(database, { enabled: false });
    const first = await fixture.requested();
    const { deploymentId } = await fixture.state(first);
    accepted(await fixture.report(deploymentId ?? "", silent));
    accepted(await fixture.cancel("dana", first));
    const { organizationId, context } = fixture;
    const choice = await getPromotionChoice(
      ...([context.db, organizationId, idOf("dana"), fixture.integration()] as const),
      fixture.environment("staging"),
      context.now(),
    );
    expect(choice).toMatchObject({ attemptUnknown: true, deploymentRunning: false });
    const refused = refusal(await fixture.request("dana"));
    expect(refused).toMatchObject({ code: "must-confirm", shown: choice?.shown });
    accepted(await fixture.request("dana", { confirmedFingerprint: choice?.shown ?? null }));
  });

  test("R9: the API returns it in the remarks, and refuses until it is confirmed", async () => {
    const fixture = await buildCatalog(database);
    const call = await fixtureApi(fixture).client("dana");
    const { number: first, deploymentId } = await goSilent(fixture);
    accepted(await fixture.cancel("dana", first));
    const next = await fixture.approved();
    const read = await call("GET", `/requests/${next}`);
    expect(read.body.remarks).toContainEqual({ kind: "attempt-unknown", weight: "caution" });
    const refused = await call("POST", `/requests/${next}/promote`, {});
    expect(refused.body).toMatchObject({
      code: "must-confirm",
      changes: [{ kind: "last-attempt-unknown", deployment: deploymentId }],
    });
    const { shown: confirmed } = refused.body;
    expect((await call("POST", `/requests/${next}/promote`, { confirmed })).status).toBe(202);
  });
});
