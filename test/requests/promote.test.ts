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

/** What a person is shown before they may promote. */
async function shownTo(house: Catalog, number: number, shown: string | null = null) {
  const why: Refusal = await refusedUntouched(house, () => house.promote("dana", number, shown));
  if (why.code !== "must-confirm") throw new Error(`Not asked to confirm: ${why.code}`);
  return why;
}

describe("R9: completing an approved request", () => {
  test("R9: one deployment of exactly the approved build, handed to its deployer after the commit", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    const { deploymentId } = accepted(await house.promote("dana", number));
    expect(await house.state(number)).toMatchObject({ state: "promoting", version: 3, deploymentId });
    expect(await house.outbox("deploy")).toMatchObject([
      { key: `deploy:${deploymentId}`, payload: { deploymentId } },
    ]);
    const { deployments } = await house.everything();
    expect(deployments).toContainEqual(
      expect.objectContaining({
        id: deploymentId,
        build_id: house.build("3"),
        environment_id: house.environment("staging"),
        request_number: number,
        status: "in progress",
        started_by: by("dana"),
      }),
    );
  });

  test("R9: the deployer's success makes the build live and the request promoted", async () => {
    const house = await buildCatalog(database);
    const { number, deploymentId } = await house.promoting();
    house.later({ hours: 1 });
    expect(accepted(await house.report(deploymentId, { status: "succeeded" }))).toEqual({ changed: true });
    expect(await house.live(house.environment("staging"))).toBe("1.3.0");
    expect(await house.state(number)).toMatchObject({ state: "promoted", closedAt: house.clock.now });
    expect((await house.audit()).slice(-2)).toMatchObject([
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
    const house = await buildCatalog(database, {
      roles: [{ name: "Developer", members: developers }],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });
    const number = await house.approved();
    expect(await refusedUntouched(house, () => house.promote("bob", number))).toEqual({
      code: "not-requester",
      why: "role",
      roles: ["Developer"],
    });
    accepted(await house.promote("dora", number));
  });

  test("R9: only an approved or failed request, and once", async () => {
    const house = await buildCatalog(database);
    const number = await house.requested();
    const why = { code: "not-approved", number };
    expect(await refusedUntouched(house, () => house.promote("dana", number))).toEqual(why);
    accepted(await house.review("bob", number, "approve"));
    const { deploymentId } = accepted(await house.promote("dana", number));
    expect(await refusedUntouched(house, () => house.promote("dana", number))).toEqual(why);
    accepted(await house.report(deploymentId, { status: "succeeded" }));
    expect(await refusedUntouched(house, () => house.promote("dana", number))).toEqual(why);
    expect(refusal(await house.promote("dana", 404))).toEqual({ code: "not-found", what: "request" });
  });

  test("R9: not once it is rejected or cancelled", async () => {
    const house = await buildCatalog(database);
    const rejected = await house.requested();
    accepted(await house.review("bob", rejected, "reject"));
    expect(refusal(await house.promote("dana", rejected))).toMatchObject({ code: "not-approved" });
    const cancelled = await house.approved();
    accepted(await house.cancel("dana", cancelled));
    expect(refusal(await house.promote("dana", cancelled))).toMatchObject({ code: "not-approved" });
  });

  test("R9, R11: until the last millisecond, and not at the instant at which it expires", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    house.later({ days: 3 });
    expect(await refusedUntouched(house, () => house.promote("dana", number))).toEqual({
      code: "not-approved",
      number,
    });
    house.later({ ms: -1 });
    accepted(await house.promote("dana", number));
  });
});

describe("R9: what changed since the request must be confirmed", () => {
  test("R9: the live builds of source and target, and a running deployment, each by name", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    await house.deploy("development", "4");
    await house.deploy("staging", "1");
    const deploymentId = await house.deploy("staging", "2", "in progress");
    expect((await shownTo(house, number)).changes).toEqual([
      { kind: "source-changed", buildId: house.build("4") },
      { kind: "target-changed", buildId: house.build("1") },
      { kind: "deployment-running", deploymentId },
    ]);
  });

  test("R9: confirmed with exactly what was shown, it begins, and the audit says what was confirmed", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    await house.deploy("development", "4");
    const { shown } = await shownTo(house, number);
    await shownTo(house, number, "anything else");
    accepted(await house.promote("dana", number, shown));
    expect((await house.audit(number)).at(-1)).toMatchObject({
      action: "request.promoting",
      after: { confirmed: shown },
    });
    const { deployments } = await house.everything();
    expect(deployments).toContainEqual(
      expect.objectContaining({ request_number: number, build_id: house.build("3") }),
    );
  });

  test("R9: what changes after the person was asked is shown and asked again", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    await house.deploy("staging", "1");
    const { shown } = await shownTo(house, number);
    await house.deploy("staging", "4");
    const again = await shownTo(house, number, shown);
    expect(again.changes).toEqual([{ kind: "target-changed", buildId: house.build("4") }]);
    accepted(await house.promote("dana", number, again.shown));
  });

  test("R9: what went back to as it was needs no confirmation", async () => {
    const house = await buildCatalog(database);
    const number = await house.approved();
    await house.deploy("staging", "1");
    await shownTo(house, number);
    await house.deploy("staging", "2");
    accepted(await house.promote("dana", number));
  });
});

describe("R9: trying again", () => {
  test("R9: a try that failed can be tried again, by a new attempt", async () => {
    const house = await buildCatalog(database);
    const first = await house.promoting();
    house.later({ hours: 1 });
    accepted(await house.report(first.deploymentId, { status: "failed", reason: "disk full" }));
    expect(await house.state(first.number)).toMatchObject({
      state: "failed",
      attemptOutcome: "failed",
      reason: "disk full",
      expiresAt: new Date("2026-03-05T10:00:00.000Z"),
    });
    expect(await house.live(house.environment("staging"))).toBe("1.2.0");
    const second = accepted(await house.promote("dora", first.number));
    expect(second.deploymentId).not.toBe(first.deploymentId);
    accepted(await house.report(second.deploymentId, { status: "succeeded" }));
    expect((await house.state(first.number)).state).toBe("promoted");
  });

  test("R9: after a try that ended unknown, with the warning that it may still be running", async () => {
    const house = await buildCatalog(database);
    const { number, deploymentId } = await house.promoting();
    accepted(await house.report(deploymentId, { status: "unknown", reason: "no answer" }));
    const { changes, shown } = await shownTo(house, number);
    expect(changes).toEqual([{ kind: "last-attempt-unknown", deploymentId }]);
    accepted(await house.promote("dana", number, shown));
  });

  test.each(["failed", "unknown"] as const)(
    "R9: after a try that is %s many press at once, or one twice: one attempt, the others are told",
    async (status) => {
      const house = await buildCatalog(database);
      const { number, deploymentId } = await house.promoting();
      accepted(await house.report(deploymentId, { status, reason: null }));
      const shown = status === "unknown" ? (await shownTo(house, number)).shown : null;
      const press = (who: string) => house.promote(who, number, shown);
      const answers = await Promise.all(["dana", "dana", "dora", "dora"].map(press));
      expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
      for (const answer of answers.filter(({ ok }) => !ok)) {
        expect(refusal(answer)).toEqual({ code: "not-approved", number });
      }
      expect(await house.outbox("deploy")).toHaveLength(2);
    },
  );

  test("R9: a retry that fails as well leaves it failed, with the last reason", async () => {
    const house = await buildCatalog(database);
    const { number, deploymentId } = await house.promoting();
    accepted(await house.report(deploymentId, { status: "failed", reason: "one" }));
    const second = accepted(await house.promote("dana", number));
    accepted(await house.report(second.deploymentId, { status: "failed", reason: "two" }));
    expect(await house.state(number)).toMatchObject({ state: "failed", reason: "two", version: 6 });
  });
});
