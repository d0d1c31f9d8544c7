import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getOverview } from "../../src/queries/catalog/get-overview.ts";
import { recordManualDeployment } from "../../src/usecases/deployments/record-manual-deployment.ts";
import { accepted, by, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type ApiFixture, apiFixture, problemIn, rowsOf } from "../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/deployments";
const at = (minutes: number) => new Date(Date.UTC(2026, 2, 2, 9, minutes)).toISOString();

const deployed = (fixture: ApiFixture, build: string, startedAt?: string, change: object = {}) =>
  fixture.post(path, { id: `run-${build}`, environment: "development", build, startedAt, ...change });

const development = (fixture: ApiFixture) => fixture.live(fixture.environment("development"));

describe("R9: deployments are ordered by when they started", () => {
  test("one that started earlier is recorded and never becomes live over one that started later", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    expect((await deployed(fixture, "4", at(30))).body).toMatchObject({ live: true, startedAt: at(30) });
    expect((await deployed(fixture, "2", at(20))).body).toMatchObject({ live: false, changed: true });
    expect(await development(fixture)).toBe("1.4.0");
    expect((await deployed(fixture, "1", at(31))).body.live).toBe(true);
  });

  test("one that was reported first, and started later, becomes live when it succeeds", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    await deployed(fixture, "4", at(30), { status: "in progress" });
    expect((await deployed(fixture, "2", at(20))).body.live).toBe(true);
    expect((await deployed(fixture, "4")).body).toMatchObject({ live: true, startedAt: at(30) });
    expect(await development(fixture)).toBe("1.4.0");
  });

  test("without a time, its arrival counts, and of two that started together the one that arrived later wins", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    expect((await deployed(fixture, "4")).body.startedAt).toBe(at(60));
    expect((await deployed(fixture, "2", at(59))).body.live).toBe(false);
    expect((await deployed(fixture, "1", at(60))).body.live).toBe(true);
  });

  test("what an admin records, and an attempt of a request, is ordered in the same way", async () => {
    const fixture = await apiFixture(database, { enabled: false });
    const { organizationId, context } = fixture;
    fixture.later({ hours: 1 });
    const manual = { organizationId, actor: by("ada"), surface: "slack" as const, commit: null, link: null };
    const environmentId = fixture.environment("development");
    const place = { integrationId: fixture.integration(), environmentId };
    accepted(await recordManualDeployment(context, { ...manual, ...place, version: "1.4.0" }));
    expect((await deployed(fixture, "2", at(59))).body.live).toBe(false);

    const { number } = accepted(await fixture.request("dana", { buildId: fixture.build("4") }));
    const { deploymentId } = await fixture.state(number);
    fixture.later({ hours: 1 });
    const toStaging = (build: string, minutes: number) =>
      deployed(fixture, build, at(minutes), { environment: "staging" });
    expect((await toStaging("1", 90)).body.live).toBe(true);
    accepted(await fixture.report(deploymentId ?? "", { status: "succeeded" }));
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.1.0");
    expect((await fixture.state(number)).state).toBe("promoted");
  });

  test("ten that succeed at once leave the one that started last", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    const minutes = [14, 3, 27, 8, 41, 19, 55, 2, 33, 48];
    const builds = ["1", "2", "3", "4"];
    await Promise.all(
      minutes.map((minute, i) => deployed(fixture, builds[i % 4] ?? "", at(minute), { id: `at-${minute}` })),
    );
    expect(await development(fixture)).toBe(`1.${builds[6 % 4]}.0`);
  });

  test("a time up to five minutes ahead counts as the arrival; a later one is 422, and the field is named", async () => {
    const fixture = await apiFixture(database);
    expect((await deployed(fixture, "4", at(5))).body).toMatchObject({ startedAt: at(0), live: true });
    const before = await rowsOf(fixture);
    const ahead = await deployed(fixture, "2", "2026-03-02T10:05:00.001+01:00");
    expect(problemIn(ahead)).toEqual([422, "time-out-of-range"]);
    expect(ahead.body).toMatchObject({
      field: "startedAt",
      detail: expect.stringContaining("body.startedAt"),
    });
    expect(problemIn(await deployed(fixture, "2", "soon"))).toEqual([422, "validation"]);
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("a later report with another time keeps the first one, and a note says so", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    await deployed(fixture, "4", at(30), { status: "in progress" });
    const { body } = await deployed(fixture, "4", at(10));
    expect(body).toMatchObject({ startedAt: at(30), live: true });
    expect(body.notes).toEqual([{ field: "startedAt", note: `Taken as ${at(30)}.` }]);
  });

  test("a reason of any length is stored, cut, and the response says so", async () => {
    const fixture = await apiFixture(database);
    const { status, body } = await deployed(fixture, "4", undefined, {
      ...{ status: "failed", reason: `\u0000${"log ".repeat(5000)}` },
    });
    expect(status).toBe(201);
    expect([...body.reason]).toHaveLength(3000);
    expect(body.notes).toEqual([{ field: "reason", note: "Cut to 3000 characters." }]);
  });

  test("the Overview names the attempt that started last, not the one that was reported last", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    await deployed(fixture, "4", at(30), { status: "failed" });
    await deployed(fixture, "2", at(20), { status: "in progress" });
    const asked = { projectId: null, page: 0, size: 10 };
    const { organizationId, context, clock } = fixture;
    const seen = await getOverview(context.db, organizationId, idOf("dana"), asked, clock.now);
    const attempt = seen?.integrations[0]?.environments[0]?.attempt;
    expect(attempt).toEqual({ version: "1.4.0", status: "failed" });
  });
});
