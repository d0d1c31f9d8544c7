import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, system } from "../../src/domain/actor.ts";
import type { Standing } from "../../src/domain/people.ts";
import {
  accepted,
  buildCatalog,
  by,
  type Catalog,
  type CatalogOptions,
  commerce,
  idOf,
  refusal,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const build = (options?: CatalogOptions): Promise<Catalog> => buildCatalog(database, options);

/** The refusal of a use case that must leave every row as it was. */
async function refusedUntouched(
  house: Catalog,
  act: () => ReturnType<Catalog["request"]>,
): Promise<ReturnType<typeof refusal>> {
  const before = await house.everything();
  const why = refusal(await act());
  expect(await house.everything()).toEqual(before);
  return why;
}

test("R2: a request takes the live build of the source to the next environment, and wakes the outbox", async () => {
  const house = await build();
  const number = await house.requested({ message: "  Please & thanks <!channel>  " });
  expect(await house.state(number)).toMatchObject({
    version: 1,
    state: "pending",
    sourceId: house.environment("development"),
    targetId: house.environment("staging"),
    buildId: house.build("3"),
    targetBuildId: house.build("2"),
    requesterId: idOf("dana"),
    requestedBy: by("dana"),
    message: "Please & thanks <!channel>",
    approvals: 0,
    outcome: null,
    expiresAt: new Date("2026-03-09T09:00:00.000Z"),
  });
  expect(await house.outbox()).toMatchObject([
    { kind: "request-changed", key: `request:${number}:v1`, payload: { number, event: "requested" } },
  ]);
  expect(house.clock.woken).toBeGreaterThan(0);
});

describe("R1: the gate", () => {
  test("R1: workflow off: the system approves and the promotion begins, in one transaction", async () => {
    const house = await build({ enabled: false });
    const requested = accepted(await house.request("dana"));
    expect(requested).toMatchObject({ state: "promoting", replaced: null });
    const row = await house.state(requested.number);
    expect(row).toMatchObject({
      version: 2,
      state: "promoting",
      outcome: "approved",
      decidedBy: system("workflow off"),
    });
    const audit = await house.audit(requested.number);
    expect(audit.map(({ action }) => action)).toEqual(["request.requested", "request.promoting"]);
    expect((await house.outbox()).map(({ key }) => key).sort()).toEqual(
      [
        `request:${requested.number}:v1`,
        `request:${requested.number}:v2`,
        `deploy:${row.deploymentId}`,
      ].sort(),
    );
    accepted(await house.report(row.deploymentId ?? "", { status: "succeeded" }));
    expect(await house.live(house.environment("staging"))).toBe("1.3.0");
  });

  test("R1: workflow off needs no reviewer at all", async () => {
    const house = await build({ enabled: false, reviewers: [] });
    expect(accepted(await house.request("dana")).state).toBe("promoting");
  });

  test("R1: an organization that saved no workflow has its gate open", async () => {
    const house = await build({ enabled: null });
    expect(accepted(await house.request("dana")).state).toBe("promoting");
  });

  test("R1: turned off while a request is open: it lives on, and the same promotion is refused", async () => {
    const house = await build();
    const number = await house.requested();
    await house.saveWorkflow({ enabled: false });
    expect(await refusedUntouched(house, () => house.request("dora"))).toEqual({
      code: "open-request",
      number,
      replaceable: false,
      workflowOff: true,
    });
    expect(accepted(await house.review("bob", number, "approve")).outcome).toBe("decided");
    accepted(await house.promote("dana", number));
  });

  test("R1: narrowed to critical environments, only those are guarded", async () => {
    const house = await build({ options: { gate: "critical" } });
    const open = accepted(await house.request("dana"));
    expect(open.state).toBe("promoting");
    expect((await house.state(open.number)).decidedBy).toEqual(system("not a critical environment"));
    const guarded = await house.request("dana", {
      targetId: house.environment("production"),
      buildId: house.build("2"),
    });
    expect(accepted(guarded).state).toBe("pending");
  });

  test("R1, R9: with the gate open a running deployment must be confirmed, with exactly what was shown", async () => {
    const house = await build({ enabled: false });
    const running = await house.deploy("staging", "1", "in progress");
    const asked = await refusedUntouched(house, () => house.request("dana"));
    expect(asked).toMatchObject({
      code: "must-confirm",
      changes: [{ kind: "deployment-running", deploymentId: running }],
    });
    expect(
      await refusedUntouched(house, () => house.request("dana", { shown: "something else" })),
    ).toMatchObject({ code: "must-confirm" });
    const { shown } = asked as Extract<typeof asked, { code: "must-confirm" }>;
    expect(accepted(await house.request("dana", { shown })).state).toBe("promoting");
  });
});

describe("R2: what is promoted", () => {
  test("R2: nothing live in the source is refused", async () => {
    const [orders] = commerce.integrations;
    const house = await build({
      projects: [
        {
          ...commerce,
          integrations: [{ ...(orders as NonNullable<typeof orders>), live: { staging: "2" } }],
        },
      ],
    });
    expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({
      code: "nothing-live",
      source: "Development",
    });
  });

  test("R2: the first environment of a pipeline has no source", async () => {
    const house = await build();
    const targetId = house.environment("development");
    expect(await refusedUntouched(house, () => house.request("dana", { targetId }))).toEqual({
      code: "no-source",
      target: "Development",
    });
  });

  test("R2: the same build already live in the target is refused", async () => {
    const house = await build();
    await house.deploy("staging", "3");
    expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({
      code: "already-live",
      version: "1.3.0",
      target: "Staging",
    });
  });

  test("R2: another build is live than the modal showed: it is shown again", async () => {
    const house = await build();
    await house.deploy("development", "4");
    expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({ code: "build-changed" });
    await house.requested({ buildId: house.build("4") });
  });

  test("R2: an unknown integration, and an environment of no or of another project, are not found", async () => {
    const other = { ...commerce, slug: "finance", name: "Finance" };
    const house = await build({ projects: [commerce, other] });
    expect(
      await refusedUntouched(house, () => house.request("dana", { integrationId: randomUUID() })),
    ).toEqual({ code: "not-found", what: "integration" });
    for (const targetId of [randomUUID(), house.environment("staging", "finance")]) {
      expect(await refusedUntouched(house, () => house.request("dana", { targetId }))).toEqual({
        code: "not-found",
        what: "environment",
      });
    }
  });

  test("an integration of another organization is not found", async () => {
    const [house, elsewhere] = [await build(), await build()];
    const change = { integrationId: elsewhere.integration(), targetId: elsewhere.environment("staging") };
    expect(await refusedUntouched(house, () => house.request("dana", change))).toEqual({
      code: "not-found",
      what: "integration",
    });
  });

  test.each(["project", "integration"] as const)("an archived %s is refused", async (what) => {
    const house = await build();
    await database.database.sql.unsafe(
      `update ${what}s set archived_at = now() where organization_id = '${house.organizationId}'`,
    );
    expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({ code: "archived", what });
  });

  test("a message has 3,000 characters at most", async () => {
    const house = await build();
    const message = "x".repeat(3000);
    expect(await refusedUntouched(house, () => house.request("dana", { message: `${message}x` }))).toEqual({
      code: "text-too-long",
      field: "message",
      limit: 3000,
    });
    const number = await house.requested({ message });
    expect((await house.state(number)).message).toBe(message);
  });
});

describe("R3: one open request", () => {
  test("R3: a second request for the same place is refused, and told which is in the way", async () => {
    const house = await build();
    const number = await house.requested();
    expect(await refusedUntouched(house, () => house.request("dora"))).toEqual({
      code: "open-request",
      number,
      replaceable: false,
      workflowOff: false,
    });
    const elsewhere = { targetId: house.environment("production"), buildId: house.build("2") };
    expect(accepted(await house.request("dora", elsewhere)).number).toBeGreaterThan(number);
  });

  test.each(["pending", "approved", "failed"] as const)(
    "R3: a newer build replaces a request that is %s, in one transaction",
    async (state) => {
      const house = await build();
      let old: number;
      if (state === "failed") {
        const { number, deploymentId } = await house.promoting();
        accepted(await house.report(deploymentId, { status: "failed", reason: "boom" }));
        old = number;
      } else old = state === "pending" ? await house.requested() : await house.approved();
      await house.deploy("development", "4");
      const newer = { buildId: house.build("4") };
      expect(await refusedUntouched(house, () => house.request("dora", newer))).toMatchObject({
        code: "open-request",
        number: old,
        replaceable: true,
      });
      const { number, replaced } = accepted(await house.request("dora", { ...newer, replaces: old }));
      expect(replaced).toBe(old);
      expect(await house.state(old)).toMatchObject({
        state: "cancelled",
        closedBy: by("dora"),
        replacedBy: number,
        reason: null,
      });
      expect((await house.state(number)).state).toBe("pending");
      expect((await house.audit(old)).at(-1)).toMatchObject({
        action: "request.cancelled",
        before: { state: { name: state } },
        after: { state: { name: "cancelled", replacedBy: number } },
      });
    },
  );

  test("R3: a promoting request, or one for the build that is live still, is not replaceable", async () => {
    const house = await build();
    const { number } = await house.promoting();
    await house.deploy("development", "4");
    const newer = { buildId: house.build("4"), replaces: number };
    expect(await refusedUntouched(house, () => house.request("dora", newer))).toEqual({
      code: "not-replaceable",
      number,
    });
    const same = await build();
    const pending = await same.requested();
    expect(await refusedUntouched(same, () => same.request("dora", { replaces: pending }))).toEqual({
      code: "not-replaceable",
      number: pending,
    });
  });

  test("R3: what was to be replaced is closed already: the person is told", async () => {
    const house = await build();
    const number = await house.requested();
    accepted(await house.cancel("dana", number));
    await house.deploy("development", "4");
    const newer = { buildId: house.build("4"), replaces: number };
    expect(await refusedUntouched(house, () => house.request("dora", newer))).toEqual({
      code: "not-replaceable",
      number,
    });
  });

  test("R3, R6: a replacement that is refused leaves the old request as it was", async () => {
    const house = await build();
    const number = await house.requested();
    await house.deploy("development", "4");
    await house.hold("Reviewer", []);
    const newer = { buildId: house.build("4"), replaces: number };
    expect(await refusedUntouched(house, () => house.request("dora", newer))).toMatchObject({
      code: "too-few-reviewers",
    });
    expect((await house.state(number)).state).toBe("pending");
  });

  test("R3, R11: an overdue request in the way is expired, and the new one goes through", async () => {
    const house = await build();
    const old = await house.requested();
    house.later({ days: 7 });
    const { number, replaced } = accepted(await house.request("dora"));
    expect(replaced).toBeNull();
    expect(await house.state(old)).toMatchObject({
      state: "expired",
      closedAt: new Date("2026-03-09T09:00:00.000Z"),
    });
    expect((await house.audit(old)).at(-1)).toMatchObject({ action: "request.expired", surface: "job" });
    expect((await house.state(number)).state).toBe("pending");
  });
});

describe("R6: no dead request", () => {
  test("R6: too few reviewers, because the requester is one of them and is not counted", async () => {
    const house = await build({ reviewers: ["bob"] });
    expect(await refusedUntouched(house, () => house.request("bob"))).toEqual({
      code: "too-few-reviewers",
      required: 1,
      available: 0,
      workflowRoles: ["Reviewer"],
    });
    accepted(await house.request("dana"));
  });

  test("R5, R6: where the workflow allows self-review the requester is counted", async () => {
    const house = await build({ reviewers: ["bob"], options: { selfReview: true } });
    expect(accepted(await house.request("bob")).state).toBe("pending");
  });

  test("R4, R6: only who may review now is counted: roles, assignees and standing", async () => {
    const house = await build({
      reviewers: ["bob", "carol", "gus"],
      assignees: ["bob", "gus"],
      options: { requiredApprovals: 2 },
    });
    await house.people(["gus"], "guest");
    expect(await refusedUntouched(house, () => house.request("dana"))).toMatchObject({
      code: "too-few-reviewers",
      required: 2,
      available: 1,
    });
    await house.people(["gus"]);
    accepted(await house.request("dana"));
  });

  test("R4, R6: a role held for another project does not count", async () => {
    const finance = { ...commerce, slug: "finance", name: "Finance" };
    const house = await build({ projects: [commerce, finance], reviewers: [] });
    await house.people(["fay"]);
    await house.seed({
      roles: [{ name: "Reviewer", members: [{ memberId: idOf("fay"), projects: ["finance"] }] }],
      projects: [commerce, finance],
    });
    expect(await refusedUntouched(house, () => house.request("dana"))).toMatchObject({ available: 0 });
    accepted(
      await house.request("dana", {
        integrationId: house.integration("orders", "finance"),
        targetId: house.environment("staging", "finance"),
        buildId: house.build("3", "finance"),
      }),
    );
  });
});

describe("R14: who may request", () => {
  const withRequesters = (): Promise<Catalog> =>
    build({
      roles: [{ name: "Developer", members: [{ memberId: idOf("dana"), projects: null }] }],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });

  test("R14: only holders of a requester role, where the project has one", async () => {
    const house = await withRequesters();
    expect(await refusedUntouched(house, () => house.request("dora"))).toEqual({
      code: "not-requester",
      why: "role",
      roles: ["Developer"],
    });
    accepted(await house.request("dana"));
  });

  test("R14: looked up at the click", async () => {
    const house = await withRequesters();
    await house.hold("Developer", ["dora"]);
    expect(refusal(await house.request("dana"))).toMatchObject({ code: "not-requester" });
    accepted(await house.request("dora"));
  });

  test.each<Standing>(["deactivated", "guest", "bot", "stranger"])(
    "R14: nobody who is %s",
    async (standing) => {
      const house = await build();
      await house.people(["dana"], standing);
      expect(await refusedUntouched(house, () => house.request("dana"))).toEqual({
        code: "not-requester",
        why: standing,
        roles: [],
      });
    },
  );

  test("R14: nobody who was never seen", async () => {
    const house = await build();
    expect(await refusedUntouched(house, () => house.request("zoe"))).toEqual({
      code: "not-found",
      what: "member",
    });
  });

  test("R5: a request through a token is its member's; member and maker both count as its requester", async () => {
    const house = await build({ options: { requiredApprovals: 2 }, reviewers: ["bob", "carol", "dan"] });
    const [memberId, makerId] = [idOf("dana"), idOf("bob")];
    const token: Actor = { kind: "token", tokenId: "t1", name: "release bot", memberId, makerId };
    const number = await house.requested({ actor: token, surface: "api" });
    expect(await house.state(number)).toMatchObject({ requesterId: idOf("dana"), requestedBy: token });
    expect(refusal(await house.review("bob", number, "approve"))).toEqual({
      code: "not-reviewer",
      why: "self",
      number,
    });
    accepted(await house.cancel("bob", number));
  });
});
