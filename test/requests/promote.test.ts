import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Refusal } from "../../src/domain/shared/refusals.ts";
import {
  accepted,
  buildCatalog,
  by,
  type Catalog,
  commerce,
  idOf,
  refusal,
  refusedUntouched,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Returns the fingerprint that a person confirms before they can promote. */
async function shownTo(fixture: Catalog, number: number, shown: string | null = null) {
  const why: Refusal = await refusedUntouched(fixture, () => fixture.promote("dana", number, shown));
  if (why.code !== "must-confirm") throw new Error(`Not asked to confirm: ${why.code}`);
  return why;
}

describe("R9: completing an approved request", () => {
  test("R9: one deployment of exactly the approved build, handed to its deployer after the commit", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    const { deploymentId } = accepted(await fixture.promote("dana", number));
    expect(await fixture.state(number)).toMatchObject({ state: "promoting", version: 3, deploymentId });
    expect(await fixture.outbox("deploy")).toMatchObject([
      { key: `deploy:${deploymentId}`, payload: { deploymentId } },
    ]);
    const { deployments } = await fixture.allRows();
    expect(deployments).toContainEqual(
      expect.objectContaining({
        id: deploymentId,
        build_id: fixture.build("3"),
        environment_id: fixture.environment("staging"),
        request_number: number,
        status: "in progress",
        started_by: by("dana"),
      }),
    );
  });

  test("R9: the deployer's success makes the build live and the request promoted", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    fixture.later({ hours: 1 });
    expect(accepted(await fixture.report(deploymentId, { status: "succeeded" }))).toMatchObject({
      changed: true,
    });
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
    expect(await fixture.state(number)).toMatchObject({ state: "promoted", closedAt: fixture.clock.now });
    expect((await fixture.audit()).slice(-2)).toMatchObject([
      {
        action: "deployment.reported",
        before: { status: "in progress" },
        after: { status: "succeeded" },
      },
      {
        action: "request.promoted",
        surface: "deployer",
        before: { state: { name: "promoting" } },
        after: { state: { name: "promoted" } },
      },
    ]);
  });

  test("R9: anyone who may request completes it, and nobody else (R14)", async () => {
    const developers = ["dana", "dora"].map((name) => ({ memberId: idOf(name), projects: null }));
    const fixture = await buildCatalog(database, {
      roles: [{ name: "Developer", members: developers }],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });
    const number = await fixture.approved();
    expect(await refusedUntouched(fixture, () => fixture.promote("bob", number))).toEqual({
      code: "not-requester",
      why: "role",
      roles: ["Developer"],
    });
    accepted(await fixture.promote("dora", number));
  });

  test("R9: only an approved or failed request, and once", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    const why = { code: "not-approved", number };
    expect(await refusedUntouched(fixture, () => fixture.promote("dana", number))).toEqual(why);
    accepted(await fixture.review("bob", number, "approve"));
    const { deploymentId } = accepted(await fixture.promote("dana", number));
    expect(await refusedUntouched(fixture, () => fixture.promote("dana", number))).toEqual(why);
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await refusedUntouched(fixture, () => fixture.promote("dana", number))).toEqual(why);
    expect(refusal(await fixture.promote("dana", 404))).toEqual({ code: "not-found", what: "request" });
  });

  test("R9: not once it is rejected or cancelled", async () => {
    const fixture = await buildCatalog(database);
    const rejected = await fixture.requested();
    accepted(await fixture.review("bob", rejected, "reject"));
    expect(refusal(await fixture.promote("dana", rejected))).toMatchObject({ code: "not-approved" });
    const cancelled = await fixture.approved();
    accepted(await fixture.cancel("dana", cancelled));
    expect(refusal(await fixture.promote("dana", cancelled))).toMatchObject({ code: "not-approved" });
  });

  test("R9, R11: until the last millisecond, and not at the instant at which it expires", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    fixture.later({ days: 3 });
    expect(await refusedUntouched(fixture, () => fixture.promote("dana", number))).toEqual({
      code: "not-approved",
      number,
    });
    fixture.later({ ms: -1 });
    accepted(await fixture.promote("dana", number));
  });
});

describe("R9: what changed since the request must be confirmed", () => {
  test("R9: the live builds of source and target, and a running deployment, each by name", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    await fixture.deploy("development", "4");
    await fixture.deploy("staging", "1");
    const deploymentId = await fixture.deploy("staging", "2", "in progress");
    expect((await shownTo(fixture, number)).changes).toEqual([
      { kind: "source-changed", buildId: fixture.build("4") },
      { kind: "target-changed", buildId: fixture.build("1") },
      { kind: "deployment-running", deploymentId },
    ]);
  });

  test("R9: confirmed with exactly what was shown, it begins, and the audit says what was confirmed", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    await fixture.deploy("development", "4");
    const { shown } = await shownTo(fixture, number);
    await shownTo(fixture, number, "anything else");
    accepted(await fixture.promote("dana", number, shown));
    expect((await fixture.audit(number)).at(-1)).toMatchObject({
      action: "request.promoting",
      after: { confirmed: shown },
    });
    const { deployments } = await fixture.allRows();
    expect(deployments).toContainEqual(
      expect.objectContaining({ request_number: number, build_id: fixture.build("3") }),
    );
  });

  test("R9: what changes after the person was asked is shown and asked again", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    await fixture.deploy("staging", "1");
    const { shown } = await shownTo(fixture, number);
    await fixture.deploy("staging", "4");
    const again = await shownTo(fixture, number, shown);
    expect(again.changes).toEqual([{ kind: "target-changed", buildId: fixture.build("4") }]);
    accepted(await fixture.promote("dana", number, again.shown));
  });

  test("R9: what went back to as it was needs no confirmation", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.approved();
    await fixture.deploy("staging", "1");
    await shownTo(fixture, number);
    await fixture.deploy("staging", "2");
    accepted(await fixture.promote("dana", number));
  });
});

describe("R9: trying again", () => {
  test("R9: a try that failed can be tried again, by a new attempt", async () => {
    const fixture = await buildCatalog(database);
    const first = await fixture.promoting();
    fixture.later({ hours: 1 });
    accepted(await fixture.report(first.deploymentId, { status: "failed", reason: "disk full" }));
    expect(await fixture.state(first.number)).toMatchObject({
      state: "failed",
      attemptOutcome: "failed",
      reason: "disk full",
      expiresAt: new Date("2026-03-05T10:00:00.000Z"),
    });
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.2.0");
    const second = accepted(await fixture.promote("dora", first.number));
    expect(second.deploymentId).not.toBe(first.deploymentId);
    accepted(await fixture.report(second.deploymentId, { status: "succeeded" }));
    expect((await fixture.state(first.number)).state).toBe("promoted");
  });

  test("R9: after a try that ended unknown, with the warning that it may still be running", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "unknown", reason: "no answer" }));
    const { changes, shown } = await shownTo(fixture, number);
    expect(changes).toEqual([{ kind: "last-attempt-unknown", deploymentId }]);
    accepted(await fixture.promote("dana", number, shown));
  });

  test.each(["failed", "unknown"] as const)(
    "R9: after a try that is %s many press at once, or one twice: one attempt, the others are told",
    async (status) => {
      const fixture = await buildCatalog(database);
      const { number, deploymentId } = await fixture.promoting();
      accepted(await fixture.report(deploymentId, { status, reason: null }));
      const shown = status === "unknown" ? (await shownTo(fixture, number)).shown : null;
      const press = (who: string) => fixture.promote(who, number, shown);
      const answers = await Promise.all(["dana", "dana", "dora", "dora"].map(press));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      for (const answer of answers.filter(({ ok }) => !ok)) {
        expect(refusal(answer)).toEqual({ code: "not-approved", number });
      }
      expect(await fixture.outbox("deploy")).toHaveLength(2);
    },
  );

  test("R9: a retry that fails as well leaves it failed, with the last reason", async () => {
    const fixture = await buildCatalog(database);
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "failed", reason: "one" }));
    const second = accepted(await fixture.promote("dana", number));
    accepted(await fixture.report(second.deploymentId, { status: "failed", reason: "two" }));
    expect(await fixture.state(number)).toMatchObject({ state: "failed", reason: "two", version: 6 });
  });
});
