import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { system } from "../../src/domain/shared/actor.ts";
import {
  accepted,
  buildCatalog,
  by,
  type Catalog,
  type CatalogOptions,
  commerce,
  idOf,
  refusedUntouched,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const build = (options?: CatalogOptions): Promise<Catalog> => buildCatalog(database, options);

test("R2: a request takes the live build of the source to the next environment, and wakes the outbox", async () => {
  const fixture = await build();
  const number = await fixture.requested({ message: "  Please & thanks <!channel>  " });
  expect(await fixture.state(number)).toMatchObject({
    version: 1,
    state: "pending",
    sourceId: fixture.environment("development"),
    targetId: fixture.environment("staging"),
    buildId: fixture.build("3"),
    targetBuildId: fixture.build("2"),
    requesterId: idOf("dana"),
    requestedBy: by("dana"),
    message: "Please & thanks <!channel>",
    approvals: 0,
    outcome: null,
    expiresAt: new Date("2026-03-09T09:00:00.000Z"),
  });
  expect(await fixture.outbox()).toMatchObject([
    { kind: "request-changed", key: `request:${number}:v1`, payload: { number, event: "requested" } },
  ]);
  expect(fixture.clock.woken).toBeGreaterThan(0);
});

describe("R1: the gate", () => {
  test("R1: workflow off: the system approves and the promotion begins, in one transaction", async () => {
    const fixture = await build({ enabled: false });
    const requested = accepted(await fixture.request("dana"));
    expect(requested).toMatchObject({ state: "promoting", replaced: null });
    const row = await fixture.state(requested.number);
    expect(row).toMatchObject({
      version: 2,
      state: "promoting",
      outcome: "approved",
      decidedBy: system("workflow off"),
    });
    const audit = await fixture.audit(requested.number);
    expect(audit.map(({ action }) => action)).toEqual(["request.requested", "request.promoting"]);
    expect((await fixture.outbox()).map(({ key }) => key).sort()).toEqual(
      [
        `request:${requested.number}:v1`,
        `request:${requested.number}:v2`,
        `deploy:${row.deploymentId}`,
      ].sort(),
    );
    accepted(await fixture.report(row.deploymentId ?? "", { status: "succeeded" }));
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.3.0");
  });

  test("R1: workflow off needs no reviewer at all", async () => {
    const fixture = await build({ enabled: false, reviewers: [] });
    expect(accepted(await fixture.request("dana")).state).toBe("promoting");
  });

  test("R1: an organization that saved no workflow has its gate open", async () => {
    const fixture = await build({ enabled: null });
    expect(accepted(await fixture.request("dana")).state).toBe("promoting");
  });

  test("R1: turned off while a request is open: it lives on, and the same promotion is refused", async () => {
    const fixture = await build();
    const number = await fixture.requested();
    await fixture.saveWorkflow({ enabled: false });
    expect(await refusedUntouched(fixture, () => fixture.request("dora"))).toEqual({
      code: "open-request",
      number,
      replaceable: false,
      workflowOff: true,
    });
    expect(accepted(await fixture.review("bob", number, "approve")).outcome).toBe("decided");
    accepted(await fixture.promote("dana", number));
  });

  test("R1: narrowed to critical environments, only those are guarded", async () => {
    const fixture = await build({ options: { gate: "critical" } });
    const open = accepted(await fixture.request("dana"));
    expect(open.state).toBe("promoting");
    expect((await fixture.state(open.number)).decidedBy).toEqual(system("not a critical environment"));
    const guarded = await fixture.request("dana", {
      targetId: fixture.environment("production"),
      buildId: fixture.build("2"),
    });
    expect(accepted(guarded).state).toBe("pending");
  });

  test("R1, R9: with the gate open a running deployment must be confirmed, with exactly what was shown", async () => {
    const fixture = await build({ enabled: false });
    const running = await fixture.deploy("staging", "1", "in progress");
    const asked = await refusedUntouched(fixture, () => fixture.request("dana"));
    expect(asked).toMatchObject({
      code: "must-confirm",
      changes: [{ kind: "deployment-running", deploymentId: running }],
    });
    expect(
      await refusedUntouched(fixture, () =>
        fixture.request("dana", { confirmedFingerprint: "something else" }),
      ),
    ).toMatchObject({ code: "must-confirm" });
    const { shown } = asked as Extract<typeof asked, { code: "must-confirm" }>;
    expect(accepted(await fixture.request("dana", { confirmedFingerprint: shown })).state).toBe("promoting");
  });
});

describe("R1: the gate moved while the dialog was open", () => {
  test("R1: shown that a review is needed, it does not promote at once", async () => {
    const fixture = await build({ enabled: false });
    expect(await refusedUntouched(fixture, () => fixture.request("dana", { gated: true }))).toEqual({
      code: "gate-changed",
      gated: false,
    });
    accepted(await fixture.request("dana", { gated: false }));
  });

  test("R1: shown that it promotes at once, it does not ask for a review", async () => {
    const fixture = await build();
    expect(await refusedUntouched(fixture, () => fixture.request("dana", { gated: false }))).toEqual({
      code: "gate-changed",
      gated: true,
    });
    accepted(await fixture.request("dana", { gated: true }));
  });
});

describe("R2: what is promoted", () => {
  test("R2: nothing live in the source is refused", async () => {
    const [orders] = commerce.integrations;
    const fixture = await build({
      projects: [
        {
          ...commerce,
          integrations: [{ ...(orders as NonNullable<typeof orders>), live: { staging: "2" } }],
        },
      ],
    });
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toEqual({
      code: "nothing-live",
      source: "Development",
    });
  });

  test("R2: the first environment of a pipeline has no source", async () => {
    const fixture = await build();
    const targetId = fixture.environment("development");
    expect(await refusedUntouched(fixture, () => fixture.request("dana", { targetId }))).toEqual({
      code: "no-source",
      target: "Development",
    });
  });

  test("R2: the same build already live in the target is refused", async () => {
    const fixture = await build();
    await fixture.deploy("staging", "3");
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toEqual({
      code: "already-live",
      version: "1.3.0",
      target: "Staging",
    });
  });

  test("R2: another build is live than the modal showed: it is shown again", async () => {
    const fixture = await build();
    await fixture.deploy("development", "4");
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toEqual({ code: "build-changed" });
    await fixture.requested({ buildId: fixture.build("4") });
  });

  test("R2: an unknown integration, and an environment of no or of another project, are not found", async () => {
    const other = { ...commerce, slug: "finance", name: "Finance" };
    const fixture = await build({ projects: [commerce, other] });
    expect(
      await refusedUntouched(fixture, () => fixture.request("dana", { integrationId: randomUUID() })),
    ).toEqual({ code: "not-found", what: "integration" });
    for (const targetId of [randomUUID(), fixture.environment("staging", "finance")]) {
      expect(await refusedUntouched(fixture, () => fixture.request("dana", { targetId }))).toEqual({
        code: "not-found",
        what: "environment",
      });
    }
  });

  test("an integration of another organization is not found", async () => {
    const [fixture, elsewhere] = [await build(), await build()];
    const change = { integrationId: elsewhere.integration(), targetId: elsewhere.environment("staging") };
    expect(await refusedUntouched(fixture, () => fixture.request("dana", change))).toEqual({
      code: "not-found",
      what: "integration",
    });
  });

  test.each(["project", "integration"] as const)("an archived %s is refused", async (what) => {
    const fixture = await build();
    await database.database.sql.unsafe(
      `update ${what}s set archived_at = now() where organization_id = '${fixture.organizationId}'`,
    );
    expect(await refusedUntouched(fixture, () => fixture.request("dana"))).toEqual({
      code: "archived",
      what,
    });
  });

  test("a message has 3,000 characters at most", async () => {
    const fixture = await build();
    const message = "x".repeat(3000);
    expect(
      await refusedUntouched(fixture, () => fixture.request("dana", { message: `${message}x` })),
    ).toEqual({
      code: "text-too-long",
      field: "message",
      limit: 3000,
    });
    const number = await fixture.requested({ message });
    expect((await fixture.state(number)).message).toBe(message);
  });
});
