import { afterAll, beforeAll, expect, test } from "vitest";
import type { Result } from "../../../src/domain/shared/result.ts";
import { expireOverdue } from "../../../src/usecases/requests/expire-request.ts";
import { accepted, buildCatalog, type Catalog, refusal } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

const rounds = 20;

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ max: 12, lockTimeoutMs: 30_000 });
});
afterAll(() => database?.drop());

/** Starts both at once, in alternating order. */
async function both<A, B>(round: number, a: () => Promise<A>, b: () => Promise<B>): Promise<[A, B]> {
  if (round % 2 === 0) return Promise.all([a(), b()]);
  const [second, first] = await Promise.all([b(), a()]);
  return [first, second];
}

const codeOf = <T>(result: Result<T>): string => (result.ok ? "ok" : result.refusal.code);

const actions = async (fixture: Catalog, number: number) =>
  (await fixture.audit(number)).map(({ action }) => action.replace("request.", ""));

test("R3: people who submit for the same place at once make one request", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const names = ["dana", "dora", "ada", "bob"];
    const results = await Promise.all(names.map((name) => fixture.request(name)));
    const winners = results.flatMap((result) => (result.ok ? [result.value] : []));
    expect(winners).toHaveLength(1);
    const number = winners[0]?.number ?? 0;
    for (const lost of results.filter((result) => !result.ok)) {
      expect(refusal(lost)).toEqual({ code: "open-request", number, replaceable: false, workflowOff: false });
    }
    expect(await actions(fixture, number)).toEqual(["requested"]);
    accepted(await fixture.cancel("ada", number, "next round"));
  }
  expect((await fixture.allRows()).requests).toHaveLength(rounds);
});

test("R1, R3: with the workflow off, people who promote at once make one deployment", async () => {
  for (let round = 0; round < rounds / 4; round += 1) {
    const fixture = await buildCatalog(database, { enabled: false });
    const results = await Promise.all(["dana", "dora", "ada", "bob"].map((name) => fixture.request(name)));
    expect(results.map(codeOf).sort()).toEqual(["ok", "open-request", "open-request", "open-request"]);
    expect(await fixture.outbox("deploy")).toHaveLength(1);
  }
});

test("R9: a double click on Promote begins one deployment", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.approved();
    const deploysBefore = (await fixture.outbox("deploy")).length;
    const results = await Promise.all(
      ["dana", "dana", "dora", "dana"].map((name) => fixture.promote(name, number)),
    );
    expect(results.map(codeOf).sort()).toEqual(["not-approved", "not-approved", "not-approved", "ok"]);
    expect(await fixture.outbox("deploy")).toHaveLength(deploysBefore + 1);
    const { deploymentId } = accepted(results.find((result) => result.ok) ?? (results[0] as never));
    expect((await fixture.state(number)).deploymentId).toBe(deploymentId);
    expect(await actions(fixture, number)).toEqual(["requested", "approved", "promoting"]);
    accepted(await fixture.report(deploymentId, { status: "failed", reason: "next round" }));
    accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R9: a deployer that reports twice at once ends the attempt once", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const { number, deploymentId } = await fixture.promoting();
    const failed = () => fixture.report(deploymentId, { status: "failed", reason: "boom" });
    const results = await Promise.all([failed(), failed(), failed()]);
    expect(results.map((result) => accepted(result).changed).sort()).toEqual([false, false, true]);
    expect(await actions(fixture, number)).toEqual(["requested", "approved", "promoting", "failed"]);
    accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R8, R10: approve against cancel: cancelled in the end, and approved before or not at all", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    const [approved, cancelled] = await both(
      round,
      () => fixture.review("bob", number, "approve"),
      () => fixture.cancel("dana", number),
    );
    expect(codeOf(cancelled)).toBe("ok");
    expect(["ok", "not-pending"]).toContain(codeOf(approved));
    expect((await fixture.state(number)).state).toBe("cancelled");
    expect(await actions(fixture, number)).toEqual(
      approved.ok ? ["requested", "approved", "cancelled"] : ["requested", "cancelled"],
    );
  }
}, 60_000);

test("R8, R10: promote against cancel: one of them", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.approved();
    const [promoted, cancelled] = await both(
      round,
      () => fixture.promote("dana", number),
      () => fixture.cancel("ada", number, "no"),
    );
    expect([codeOf(promoted), codeOf(cancelled)]).toEqual(
      promoted.ok ? ["ok", "not-cancellable"] : ["not-approved", "ok"],
    );
    if (!promoted.ok) continue;
    accepted(await fixture.report(promoted.value.deploymentId, { status: "failed", reason: null }));
    accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R8, R11: approve against expiry, on replicas whose clocks differ: one of them", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    fixture.later({ days: 7, ms: -1 });
    const ahead = { ...fixture.context, now: () => new Date(fixture.clock.now.getTime() + 1) };
    const [approved] = await both(
      round,
      () => fixture.review("bob", number, "approve"),
      () => expireOverdue(ahead),
    );
    expect(["ok", "not-pending"]).toContain(codeOf(approved));
    expect(await actions(fixture, number)).toEqual(["requested", approved.ok ? "approved" : "expired"]);
    if (approved.ok) accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R3, R8: replace against approve: replaced in the end, and approved before or not at all", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    await fixture.deploy("development", "3");
    const old = await fixture.requested();
    await fixture.deploy("development", "4");
    const [approved, replaced] = await both(
      round,
      () => fixture.review("bob", old, "approve"),
      () => fixture.request("dora", { buildId: fixture.build("4"), replaces: old }),
    );
    expect(["ok", "not-pending"]).toContain(codeOf(approved));
    const { number } = accepted(replaced);
    expect(await fixture.state(old)).toMatchObject({ state: "cancelled", replacedBy: number });
    expect(await fixture.state(number)).toMatchObject({ state: "pending", approvals: 0 });
    accepted(await fixture.cancel("dora", number));
  }
}, 60_000);

test("R3, R8: replace against promote: one of them", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    await fixture.deploy("development", "3");
    const old = await fixture.approved();
    await fixture.deploy("development", "4");
    const asked = refusal(await fixture.promote("dana", old));
    const shown = asked.code === "must-confirm" ? asked.shown : null;
    const [promoted, replaced] = await both(
      round,
      () => fixture.promote("dana", old, shown),
      () => fixture.request("dora", { buildId: fixture.build("4"), replaces: old }),
    );
    expect([codeOf(promoted), codeOf(replaced)]).toEqual(
      promoted.ok ? ["ok", "not-replaceable"] : ["not-approved", "ok"],
    );
    if (promoted.ok)
      accepted(await fixture.report(promoted.value.deploymentId, { status: "failed", reason: null }));
    const open = replaced.ok ? replaced.value.number : old;
    accepted(await fixture.cancel("ada", open, "next round"));
  }
}, 60_000);

test("R3: two who replace the same request at once: one does, the other is told of the new one", async () => {
  const fixture = await buildCatalog(database);
  for (let round = 0; round < rounds; round += 1) {
    await fixture.deploy("development", "3");
    const old = await fixture.requested();
    await fixture.deploy("development", "4");
    const newer = { buildId: fixture.build("4"), replaces: old };
    const results = await Promise.all([fixture.request("dora", newer), fixture.request("ada", newer)]);
    const won = results.find((result) => result.ok);
    const lost = results.find((result) => !result.ok);
    const { number } = accepted(won as (typeof results)[0]);
    expect(refusal(lost as (typeof results)[0])).toMatchObject({ code: "open-request", number });
    accepted(await fixture.cancel("ada", number, "next round"));
  }
}, 60_000);

test("R9: deployments along a pipeline, old and new, that end at once all end", async () => {
  for (let round = 0; round < rounds; round += 1) {
    const fixture = await buildCatalog(database);
    const old = await fixture.deploy("staging", "1", "in progress");
    const up = await fixture.approved({
      targetId: fixture.environment("production"),
      buildId: fixture.build("2"),
    });
    const upper = accepted(await fixture.promote("dana", up)).deploymentId;
    const number = await fixture.approved();
    const asked = refusal(await fixture.promote("dana", number));
    const shown = asked.code === "must-confirm" ? asked.shown : null;
    const lower = accepted(await fixture.promote("dana", number, shown)).deploymentId;
    const ids = round % 2 === 0 ? [old, lower, upper] : [upper, lower, old];
    const results = await Promise.all(ids.map((id) => fixture.report(id, { status: "succeeded" })));
    expect(results.map((result) => accepted(result).changed)).toEqual([true, true, true]);
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
    expect(await fixture.live(fixture.environment("production"))).toBe("1.2.0");
    expect((await fixture.state(number)).state).toBe("promoted");
    expect((await fixture.state(up)).state).toBe("promoted");
  }
}, 60_000);

test("R2, R3: a submit that waits for the request in the way sees what that one made live", async () => {
  const fixture = await buildCatalog(database);
  const { number, deploymentId } = await fixture.promoting();
  const [report, submit] = await database.database.sql.begin(async (holder) => {
    // A lock on the deployment: the report has locked the request and waits here.
    await holder`select 1 from deployments where id = ${deploymentId} for update`;
    const reporting = fixture.report(deploymentId, { status: "succeeded" });
    await waiting(1);
    const submitting = fixture.request("dora");
    await waiting(2);
    return [reporting, submitting];
  });
  accepted(await report);
  expect(refusal(await submit)).toMatchObject({ code: "already-live" });
  expect((await fixture.state(number)).state).toBe("promoted");
});

/** Resolves when this many database sessions wait for a lock. */
async function waiting(count: number): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (Date.now() < deadline) {
    const [row] = await database.database.db.execute<{ waiting: number }>(
      "select count(*)::int as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    if ((row?.waiting ?? 0) >= count) return;
  }
  throw new Error(`Nobody waits: ${count} should`);
}
