import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  accepted,
  buildCatalog,
  by,
  type Catalog,
  type CatalogOptions,
  refusedUntouched,
} from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const build = (options?: CatalogOptions): Promise<Catalog> => buildCatalog(database, options);

describe("R3: one open request", () => {
  test("R3: a second request for the same place is refused, and told which is in the way", async () => {
    const fixture = await build();
    const number = await fixture.requested();
    expect(await refusedUntouched(fixture, () => fixture.request("dora"))).toEqual({
      code: "open-request",
      number,
      replaceable: false,
      workflowOff: false,
    });
    const elsewhere = { targetId: fixture.environment("production"), buildId: fixture.build("2") };
    expect(accepted(await fixture.request("dora", elsewhere)).number).toBeGreaterThan(number);
  });

  test.each(["pending", "approved", "failed"] as const)(
    "R3: a newer build replaces a request that is %s, in one transaction",
    async (state) => {
      const fixture = await build();
      let old: number;
      if (state === "failed") {
        const { number, deploymentId } = await fixture.promoting();
        accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }));
        old = number;
      } else old = state === "pending" ? await fixture.requested() : await fixture.approved();
      await fixture.deploy("development", "4");
      const newer = { buildId: fixture.build("4") };
      expect(await refusedUntouched(fixture, () => fixture.request("dora", newer))).toMatchObject({
        code: "open-request",
        number: old,
        replaceable: true,
      });
      const { number, replaced } = accepted(await fixture.request("dora", { ...newer, replaces: old }));
      expect(replaced).toBe(old);
      expect(await fixture.state(old)).toMatchObject({
        state: "cancelled",
        closedBy: by("dora"),
        replacedBy: number,
        reason: null,
      });
      expect((await fixture.state(number)).state).toBe("pending");
      expect((await fixture.audit(old)).at(-1)).toMatchObject({
        action: "request.cancelled",
        before: { state: { name: state } },
        after: { state: { name: "cancelled", replacedBy: number } },
      });
    },
  );

  test("R3: a promoting request, or one for the build that is live still, is not replaceable", async () => {
    const fixture = await build();
    const { number } = await fixture.promoting();
    await fixture.deploy("development", "4");
    const newer = { buildId: fixture.build("4"), replaces: number };
    expect(await refusedUntouched(fixture, () => fixture.request("dora", newer))).toEqual({
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
    const fixture = await build();
    const number = await fixture.requested();
    accepted(await fixture.cancel("dana", number));
    await fixture.deploy("development", "4");
    const newer = { buildId: fixture.build("4"), replaces: number };
    expect(await refusedUntouched(fixture, () => fixture.request("dora", newer))).toEqual({
      code: "not-replaceable",
      number,
    });
  });

  test("R3, R6: a replacement that is refused leaves the old request as it was", async () => {
    const fixture = await build();
    const number = await fixture.requested();
    await fixture.deploy("development", "4");
    await fixture.people(["bob", "carol"], "deactivated");
    const newer = { buildId: fixture.build("4"), replaces: number };
    expect(await refusedUntouched(fixture, () => fixture.request("dora", newer))).toMatchObject({
      code: "too-few-reviewers",
    });
    expect((await fixture.state(number)).state).toBe("pending");
  });

  test("R3, R11: an overdue request in the way is expired, and the new one goes through", async () => {
    const fixture = await build();
    const old = await fixture.requested();
    fixture.later({ days: 7 });
    const { number, replaced } = accepted(await fixture.request("dora"));
    expect(replaced).toBeNull();
    expect(await fixture.state(old)).toMatchObject({
      state: "expired",
      closedAt: new Date("2026-03-09T09:00:00.000Z"),
    });
    expect((await fixture.audit(old)).at(-1)).toMatchObject({ action: "request.expired", surface: "job" });
    expect((await fixture.state(number)).state).toBe("pending");
  });
});
