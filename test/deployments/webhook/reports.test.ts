import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { system } from "../../../src/domain/shared/actor.ts";
import type { Report } from "../../../src/usecases/deployments/apply-deployment-report.ts";
import { endSilentAttempts } from "../../../src/usecases/deployments/end-silent-attempts.ts";
import { saveWebhook } from "../../../src/usecases/deployments/save-webhook.ts";
import { accepted, buildCatalog, type Catalog, refusal } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { projectReads } from "../../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const minuteMs = 60_000;

/** The catalog with a webhook for its one integration, which times out after 30 minutes. */
async function webhookFixture() {
  const fixture = await buildCatalog(database);
  const { organizationId, context } = fixture;
  const projectId = await projectReads(database.database.db, organizationId).projectId("commerce");
  const ports = { seal: (plain: string) => `sealed ${plain.length}`, addressFault: () => null };
  accepted(
    await saveWebhook(context, ports, {
      ...{ organizationId, actor: system("test"), surface: "slack", projectId, version: null },
      ...{ integrationId: fixture.integration(), url: "https://hooks.example.com/", silenceMinutes: 30 },
    }),
  );
  const attempt = async (id: string) => {
    const found = (await fixture.allRows()).deployments as { id: string }[];
    return found.find((one) => one.id === id) as Record<string, unknown>;
  };
  /** Promotes again after an attempt that ended unknown. */
  const again = async (number: number) => {
    const asked = refusal(await fixture.promote("dana", number));
    const shown = asked.code === "must-confirm" ? asked.shown : null;
    return accepted(await fixture.promote("dana", number, shown)).deploymentId;
  };
  return { ...fixture, attempt, again };
}

const success: Report = { status: "succeeded" };
const failure: Report = { status: "failed", reason: "no disk" };
const progress: Report = { status: "in progress" };
const silent: Report = { status: "unknown", reason: "silence" };

type Fixture = Awaited<ReturnType<typeof webhookFixture>>;
type Attempted = { number: number; deploymentId: string };

/** How the attempt reached the state in which the report arrives. */
const situations: Record<string, (fixture: Fixture, at: Attempted) => Promise<unknown>> = {
  "it was only sent": async () => {},
  "it was accepted": (fixture, { deploymentId }) => fixture.report(deploymentId, { status: "accepted" }),
  "it is in progress": (fixture, { deploymentId }) => fixture.report(deploymentId, progress, "https://ci/1"),
  "it has succeeded": (fixture, { deploymentId }) => fixture.report(deploymentId, success),
  "it has failed": (fixture, { deploymentId }) =>
    fixture.report(deploymentId, { status: "failed", reason: "first" }),
  "it went silent": (fixture, { deploymentId }) => fixture.report(deploymentId, silent),
  "it went silent, and the request was cancelled": async (fixture, { number, deploymentId }) => {
    await fixture.report(deploymentId, silent);
    accepted(await fixture.cancel("dana", number));
  },
  "it went silent, and the request has expired unnoticed": async (fixture, { deploymentId }) => {
    await fixture.report(deploymentId, silent);
    fixture.later({ days: 400 });
  },
  "it went silent, and another attempt runs": async (fixture, { number, deploymentId }) => {
    await fixture.report(deploymentId, silent);
    await fixture.again(number);
  },
  "it went silent, and another attempt has failed": async (fixture, { number, deploymentId }) => {
    await fixture.report(deploymentId, silent);
    await fixture.report(await fixture.again(number), { status: "failed", reason: "second" });
  },
  "it went silent, and another attempt has succeeded": async (fixture, { number, deploymentId }) => {
    await fixture.report(deploymentId, silent);
    await fixture.report(await fixture.again(number), success);
  },
};

/** Situation, report, changed, the attempt's status, the request's state, what is live in Staging. */
const table: [string, Report, boolean, string, string, string][] = [
  ["it was only sent", progress, true, "in progress", "promoting", "1.2.0"],
  ["it was only sent", success, true, "succeeded", "promoted", "1.3.0"],
  ["it was only sent", failure, true, "failed", "failed: no disk", "1.2.0"],
  ["it was accepted", progress, false, "in progress", "promoting", "1.2.0"],
  ["it was accepted", success, true, "succeeded", "promoted", "1.3.0"],
  ["it was accepted", failure, true, "failed", "failed: no disk", "1.2.0"],
  ["it is in progress", progress, false, "in progress", "promoting", "1.2.0"],
  ["it is in progress", success, true, "succeeded", "promoted", "1.3.0"],
  ["it is in progress", failure, true, "failed", "failed: no disk", "1.2.0"],
  ["it has succeeded", progress, false, "succeeded", "promoted", "1.3.0"],
  ["it has succeeded", success, false, "succeeded", "promoted", "1.3.0"],
  ["it has succeeded", failure, false, "succeeded", "promoted", "1.3.0"],
  ["it has failed", progress, false, "failed", "failed: first", "1.2.0"],
  ["it has failed", success, false, "failed", "failed: first", "1.2.0"],
  ["it has failed", failure, false, "failed", "failed: first", "1.2.0"],
  ["it went silent", progress, false, "unknown", "unknown: silence", "1.2.0"],
  ["it went silent", success, true, "succeeded", "promoted", "1.3.0"],
  ["it went silent", failure, true, "failed", "failed: no disk", "1.2.0"],
  ["it went silent, and the request was cancelled", progress, false, "unknown", "cancelled", "1.2.0"],
  ["it went silent, and the request was cancelled", success, true, "succeeded", "cancelled", "1.3.0"],
  ["it went silent, and the request was cancelled", failure, true, "failed", "cancelled", "1.2.0"],
  [
    "it went silent, and the request has expired unnoticed",
    success,
    true,
    "succeeded",
    "unknown: silence",
    "1.3.0",
  ],
  [
    "it went silent, and the request has expired unnoticed",
    failure,
    true,
    "failed",
    "unknown: silence",
    "1.2.0",
  ],
  ["it went silent, and another attempt runs", progress, false, "unknown", "promoting", "1.2.0"],
  ["it went silent, and another attempt runs", success, true, "succeeded", "promoting", "1.3.0"],
  ["it went silent, and another attempt runs", failure, true, "failed", "promoting", "1.2.0"],
  ["it went silent, and another attempt has failed", success, true, "succeeded", "failed: second", "1.3.0"],
  ["it went silent, and another attempt has failed", failure, true, "failed", "failed: second", "1.2.0"],
  ["it went silent, and another attempt has succeeded", success, true, "succeeded", "promoted", "1.3.0"],
  ["it went silent, and another attempt has succeeded", failure, true, "failed", "promoted", "1.3.0"],
];

const nothingChanged = ["in progress", "succeeded", "failed"];

describe("R9: a report of an attempt, by its state", () => {
  test.each(table)("%s; %o: changes something: %s; it is %s, the request %s, live is %s", async (...row) => {
    const [situation, report, changed, status, state, live] = row;
    const fixture = await webhookFixture();
    const at = await fixture.promoting();
    await situations[situation]?.(fixture, at);
    const before = await fixture.allRows();
    expect(accepted(await fixture.report(at.deploymentId, report))).toMatchObject({ changed });
    expect((await fixture.attempt(at.deploymentId)).status).toBe(status);
    const request = await fixture.state(at.number);
    const words =
      request.attemptOutcome === null ? request.state : `${request.attemptOutcome}: ${request.reason}`;
    expect(words).toBe(state);
    expect(await fixture.live(fixture.environment("staging"))).toBe(live);
    if (!changed) {
      // The report deadline of a running attempt may differ.
      const now = await fixture.allRows();
      expect({ ...now, deployments: [] }).toEqual({ ...before, deployments: [] });
    }
    // Repeating the report never changes anything.
    const settled = await fixture.allRows();
    expect(accepted(await fixture.report(at.deploymentId, report))).toMatchObject({ changed: false });
    expect(await fixture.allRows()).toEqual(settled);
  });

  test("covers every situation with every report, except indistinguishable ones", () => {
    for (const situation of Object.keys(situations)) {
      const met = table.filter(([name]) => name === situation).map(([, { status }]) => status);
      expect(nothingChanged).toEqual(expect.arrayContaining(met));
      expect(met.length).toBeGreaterThanOrEqual(2);
    }
  });

  test("one of another organization's attempts, or of none, is not found", async () => {
    const [fixture, elsewhere] = [await webhookFixture(), await webhookFixture()];
    const { deploymentId } = await elsewhere.promoting();
    for (const id of [deploymentId, randomUUID()]) {
      for (const report of [progress, success, failure]) {
        expect(refusal(await fixture.report(id, report))).toMatchObject({ code: "not-found" });
      }
    }
    expect((await elsewhere.attempt(deploymentId)).status).toBe("in progress");
  });
});

describe("what was reported before we noted that it was accepted", () => {
  test("keeps its link", async () => {
    const fixture = await webhookFixture();
    const { deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, progress, "https://ci/1"));
    const noted = await fixture.report(deploymentId, { status: "accepted" }, "https://answer/1");
    expect(accepted(noted)).toMatchObject({ changed: false });
    expect(await fixture.attempt(deploymentId)).toMatchObject({ link: "https://ci/1" });
  });

  test("gets the answer's link where it brought none", async () => {
    const fixture = await webhookFixture();
    const { deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, progress));
    accepted(await fixture.report(deploymentId, { status: "accepted" }, "https://answer/1"));
    expect(await fixture.attempt(deploymentId)).toMatchObject({ link: "https://answer/1" });
  });

  test.each([success, failure])("stays the end: %o", async (end) => {
    const fixture = await webhookFixture();
    const { deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, end, "https://ci/1"));
    const before = await fixture.allRows();
    accepted(await fixture.report(deploymentId, { status: "accepted" }, "https://answer/1"));
    expect(await fixture.allRows()).toEqual(before);
  });
});

describe("the link while it runs", () => {
  test("a new one has the cards drawn again, a repeated one does not", async () => {
    const fixture = await webhookFixture();
    const { number, deploymentId } = await fixture.promoting();
    const { version } = await fixture.state(number);
    accepted(await fixture.report(deploymentId, { status: "accepted" }));
    expect((await fixture.state(number)).version).toBe(version);
    accepted(await fixture.report(deploymentId, progress, "https://ci/1"));
    accepted(await fixture.report(deploymentId, progress, "https://ci/1"));
    accepted(await fixture.report(deploymentId, progress));
    expect(await fixture.state(number)).toMatchObject({ version: version + 1, state: "promoting" });
    const keys = (await fixture.outbox("request-changed")).map(({ key }) => key);
    expect(keys).toContain(`request:${number}:v${version + 1}`);
    const reported = (await fixture.audit()).filter(
      ({ subject }) => subject === `deployment:${deploymentId}`,
    );
    expect(reported.map(({ action }) => action)).toEqual(["deployment.accepted", "deployment.reported"]);
  });
});

describe("an attempt that turns out to have failed", () => {
  test("shows it on its request, notifies the requester, and no longer needs a confirmation", async () => {
    const fixture = await webhookFixture();
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, silent));
    const { version, expiresAt } = await fixture.state(number);
    accepted(await fixture.report(deploymentId, failure));
    const now = await fixture.state(number);
    expect(now).toMatchObject({ state: "failed", attemptOutcome: "failed", reason: "no disk", expiresAt });
    expect(now.version).toBe(version + 1);
    const keys = (await fixture.outbox("request-changed")).map(({ payload }) => payload);
    expect(keys.at(-1)).toMatchObject({ number, version: version + 1, event: "failed" });
    accepted(await fixture.promote("dana", number));
  });
});

describe("silence", () => {
  const silence = (fixture: Catalog) => endSilentAttempts(fixture.context);
  const ends = async (fixture: Fixture, id: string) => (await fixture.attempt(id)).status;

  test("an accepted attempt without a report within the timeout ends as unknown, and says so", async () => {
    const fixture = await webhookFixture();
    const { number, deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "accepted" }));
    fixture.later({ ms: 30 * minuteMs - 1 });
    await silence(fixture);
    expect(await ends(fixture, deploymentId)).toBe("in progress");
    fixture.later({ ms: 1 });
    await silence(fixture);
    expect(await ends(fixture, deploymentId)).toBe("unknown");
    expect(await fixture.state(number)).toMatchObject({ state: "failed", attemptOutcome: "unknown" });
    const before = await fixture.allRows();
    await silence(fixture);
    expect(await fixture.allRows()).toEqual(before);
    accepted(await fixture.report(deploymentId, success));
    expect((await fixture.state(number)).state).toBe("promoted");
  });

  test("each progress report restarts the timeout", async () => {
    const fixture = await webhookFixture();
    const { deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "accepted" }));
    for (let reports = 0; reports < 3; reports++) {
      fixture.later({ ms: 29 * minuteMs });
      accepted(await fixture.report(deploymentId, progress));
      await silence(fixture);
      expect(await ends(fixture, deploymentId)).toBe("in progress");
    }
    fixture.later({ ms: 30 * minuteMs });
    await silence(fixture);
    expect(await ends(fixture, deploymentId)).toBe("unknown");
  });

  test("R11: what was not accepted yet has as long as the outbox tries, not the webhook's timeout", async () => {
    const fixture = await webhookFixture();
    const sent = await fixture.promoting();
    fixture.later({ ms: 90 * minuteMs - 1 });
    await silence(fixture);
    expect(await ends(fixture, sent.deploymentId)).toBe("in progress");
    fixture.later({ ms: 1 });
    await silence(fixture);
    expect(await ends(fixture, sent.deploymentId)).toBe("unknown");
  });

  test("R9: a deployment that a pipeline started ends after a day and no longer counts as running; a late report counts", async () => {
    const fixture = await webhookFixture();
    const number = await fixture.approved();
    const byPipeline = await fixture.deploy("staging", "1", "in progress");
    accepted(await fixture.report(byPipeline, progress));
    fixture.later({ days: 1, ms: -1 });
    await silence(fixture);
    expect(await ends(fixture, byPipeline)).toBe("in progress");
    expect(refusal(await fixture.promote("dana", number))).toMatchObject({
      changes: [{ kind: "deployment-running", deploymentId: byPipeline }],
    });
    fixture.later({ ms: 1 });
    await silence(fixture);
    expect(await ends(fixture, byPipeline)).toBe("unknown");
    const warned = refusal(await fixture.promote("dana", number));
    expect(warned).toMatchObject({
      changes: [{ kind: "last-attempt-unknown", deploymentId: byPipeline }],
    });
    accepted(await fixture.promote("dana", number, warned.code === "must-confirm" ? warned.shown : null));
    accepted(await fixture.report(byPipeline, success));
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.1.0");
  });

  test("ends many at once, except attempts that reported between the check and the lock", async () => {
    const fixture = await webhookFixture();
    const { deploymentId } = await fixture.promoting();
    accepted(await fixture.report(deploymentId, { status: "accepted" }));
    fixture.later({ ms: 31 * minuteMs });
    await Promise.all([
      silence(fixture),
      silence(fixture),
      fixture.report(deploymentId, progress),
      fixture.report(deploymentId, success),
    ]);
    const status = await ends(fixture, deploymentId);
    expect(status).toBe("succeeded");
    const ended = (await fixture.audit()).filter(({ action }) => action === "request.promoted");
    expect(ended).toHaveLength(1);
  });
});
