import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { endAttempt } from "../../src/usecases/requests/end-attempt.ts";
import { fixtureApi } from "../support/api/fixture-api.ts";
import { accepted, buildCatalog, by, type Catalog, refusal, refusedUntouched } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const end = (
  fixture: Catalog,
  name: string,
  number: number,
  { reason = "stuck", deploymentId = null }: { reason?: string; deploymentId?: string | null } = {},
) => {
  const { organizationId, context } = fixture;
  const input = { organizationId, number, actor: by(name), surface: "slack" as const };
  return endAttempt(context, { ...input, reason, deploymentId });
};

describe("R10: an attempt in progress is ended", () => {
  test.each(["dana", "ada"])("R10: by the requester or an admin (%s): it counts as unknown", async (name) => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    expect(accepted(await end(fixture, name, number, { deploymentId }))).toEqual({ outcome: "ended" });
    expect(await fixture.state(number)).toMatchObject({
      ...{ state: "failed", attemptOutcome: "unknown", reason: "stuck" },
    });
    const view = await getRequest(
      database.database.db,
      fixture.organizationId,
      number,
      fixture.context.now(),
    );
    expect(view?.attempt).toMatchObject({ unknown: true, endedBy: { person: { name } }, reason: "stuck" });
    const entries = (await fixture.audit()).filter(({ actor }) => "memberId" in actor);
    expect(entries.slice(-2)).toMatchObject([
      {
        ...{ action: "deployment.ended", actor: by(name), surface: "slack" },
        ...{ subject: `deployment:${deploymentId}`, before: { status: "in progress" } },
        after: { status: "unknown", reason: "stuck" },
      },
      { action: "request.failed", subject: `request:${number}` },
    ]);
  });

  test("R10: and a late report still counts, whatever it says", async () => {
    for (const report of [{ status: "succeeded" } as const, { status: "failed", reason: "disk" } as const]) {
      const fixture = await buildCatalog(database);
      const { number, deploymentId } = await fixture.promoting();
      accepted(await end(fixture, "dana", number));
      expect(accepted(await fixture.report(deploymentId, { status: "accepted" }))).toMatchObject({
        changed: false,
      });
      accepted(await fixture.report(deploymentId, report));
      expect((await fixture.state(number)).state).toBe(report.status === "succeeded" ? "promoted" : "failed");
    }
  });

  test("R9: the next try must confirm that it may still be running", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await end(fixture, "dana", number));
    expect(refusal(await fixture.promote("dana", number))).toMatchObject({
      ...{ code: "must-confirm", changes: [{ kind: "last-attempt-unknown", deploymentId }] },
    });
  });

  test("R8: repeating it is answered as done, and changes nothing", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await end(fixture, "dana", number, { deploymentId }));
    const before = await fixture.allRows();
    expect(accepted(await end(fixture, "dana", number, { deploymentId }))).toEqual({ outcome: "repeated" });
    expect(refusal(await end(fixture, "ada", number, { deploymentId }))).toEqual({
      ...{ code: "no-attempt", number, why: "none" },
    });
    expect(await fixture.allRows()).toEqual(before);
  });

  test("R8: ended and reported at once, the attempt has one end, and the report counts", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    await Promise.all([
      end(fixture, "dana", number),
      end(fixture, "ada", number),
      fixture.report(deploymentId, { status: "succeeded" }),
    ]);
    expect((await fixture.state(number)).state).toBe("promoted");
    const ended = (await fixture.audit()).filter(({ action }) => action === "deployment.ended");
    expect(ended.length).toBeLessThanOrEqual(1);
  });
});

describe("R10: an attempt is not ended, and nothing changes,", () => {
  test.each(["bob", "dora"])("by anybody else (%s)", async (name) => {
    const fixture = await buildCatalog(database);
    const { number } = await fixture.promoting();
    expect(await refusedUntouched(fixture, () => end(fixture, name, number))).toEqual({
      ...{ code: "not-ender", number },
    });
  });

  test.each(["", "  \n "])("without a reason (%j), also by the requester", async (reason) => {
    const fixture = await buildCatalog(database);
    const { number } = await fixture.promoting();
    expect(await refusedUntouched(fixture, () => end(fixture, "dana", number, { reason }))).toEqual({
      ...{ code: "reason-required", what: "attempt" },
    });
  });

  test("with a reason that is too long", async () => {
    const fixture = await buildCatalog(database);
    const { number } = await fixture.promoting();
    const reason = "x".repeat(5_000);
    expect(await refusedUntouched(fixture, () => end(fixture, "dana", number, { reason }))).toMatchObject({
      ...{ code: "text-too-long", field: "reason" },
    });
  });

  test("of a request that is not promoting", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    expect(await refusedUntouched(fixture, () => end(fixture, "dana", number))).toEqual({
      ...{ code: "no-attempt", number, why: "none" },
    });
  });

  test("if another attempt is in progress than the person saw", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "failed", reason: null }));
    accepted(await fixture.promote("dana", number));
    expect(await refusedUntouched(fixture, () => end(fixture, "dana", number, { deploymentId }))).toEqual({
      ...{ code: "no-attempt", number, why: "another" },
    });
  });
});

describe("POST /requests/{number}/end-attempt", () => {
  test("R10: with promotions:write and a reason; the request says who ended it, and through what", async () => {
    const fixture = await buildCatalog(database);
    const call = await fixtureApi(fixture).client("ada");
    const { number, deploymentId } = await fixture.promoting();
    const path = `/requests/${number}/end-attempt`;
    expect((await call("POST", path, {})).body).toMatchObject({ code: "reason-required", status: 422 });
    expect((await call("POST", path, { reason: "stuck", attempt: "another" })).status).toBe(409);
    const ended = await call("POST", path, { reason: "stuck", attempt: deploymentId });
    expect([ended.status, ended.body.state]).toEqual([200, "failed"]);
    expect(ended.body.attempt).toMatchObject({
      ...{ id: deploymentId, status: "unknown", reason: "stuck", retryReason: null },
      endedBy: { member: { id: "UADA" }, token: expect.stringMatching(/^CI /) },
    });
  });

  test("R13: a member who may not is told who can", async () => {
    const fixture = await buildCatalog(database);
    const { number } = await fixture.promoting();
    const call = await fixtureApi(fixture).client("dora");
    const refused = await call("POST", `/requests/${number}/end-attempt`, { reason: "stuck" });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: "not-ender", whoCan: [{ id: "UDANA" }, { id: "UADA" }] });
  });
});
