import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Actor, system } from "../../src/domain/shared/actor.ts";
import { cancelPromotion } from "../../src/usecases/requests/cancel-promotion.ts";
import {
  accepted,
  buildCatalog,
  by,
  type Catalog,
  type CatalogOptions,
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

type Open = "pending" | "approved" | "promoting" | "failed";

/** Creates a request of Dana's and brings it to this state, with Bob's approval. */
async function requestIn(
  state: Open,
  options?: CatalogOptions,
): Promise<{ fixture: Catalog; number: number; deploymentId: string }> {
  const fixture = await buildCatalog(database, options);
  if (state === "pending") return { fixture, number: await fixture.requested(), deploymentId: "" };
  if (state === "approved") return { fixture, number: await fixture.approved(), deploymentId: "" };
  const { number, deploymentId } = await fixture.promoting();
  if (state === "failed") accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }));
  return { fixture, number, deploymentId };
}

describe("R10: who can cancel", () => {
  test.each(["pending", "approved", "failed"] as const)(
    "R10: the requester, while it is %s, with no reason",
    async (state) => {
      const { fixture, number } = await requestIn(state);
      expect(accepted(await fixture.cancel("dana", number))).toEqual({ outcome: "cancelled" });
      expect(await fixture.state(number)).toMatchObject({
        state: "cancelled",
        closedAt: fixture.clock.now,
        closedBy: by("dana"),
        reason: null,
        replacedBy: null,
        expiresAt: null,
      });
      expect((await fixture.audit(number)).at(-1)).toMatchObject({
        action: "request.cancelled",
        actor: by("dana"),
        before: { state: { name: state } },
        after: { state: { name: "cancelled" } },
      });
    },
  );

  test.each(["pending", "approved", "failed"] as const)(
    "R10: an admin, while it is %s, with a reason",
    async (state) => {
      const { fixture, number } = await requestIn(state);
      expect(await refusedUntouched(fixture, () => fixture.cancel("ada", number, "  "))).toEqual({
        code: "reason-required",
      });
      accepted(await fixture.cancel("ada", number, " wrong build "));
      expect(await fixture.state(number)).toMatchObject({ closedBy: by("ada"), reason: "wrong build" });
    },
  );

  test("R10: a reviewer once it is approved, with a reason, whether or not they approved it", async () => {
    for (const name of ["bob", "carol"]) {
      const { fixture, number } = await requestIn("approved");
      expect(refusal(await fixture.cancel(name, number))).toEqual({ code: "reason-required" });
      accepted(await fixture.cancel(name, number, "found a bug"));
    }
  });

  test("R10: no reviewer while it is pending", async () => {
    const { fixture, number } = await requestIn("pending");
    expect(await refusedUntouched(fixture, () => fixture.cancel("bob", number, "no"))).toEqual({
      code: "not-canceller",
      number,
    });
  });

  test("R10: nobody who was a reviewer and is none any more", async () => {
    const { fixture, number } = await requestIn("approved");
    await fixture.hold("Reviewer", ["carol"]);
    expect(refusal(await fixture.cancel("bob", number, "no"))).toMatchObject({ code: "not-canceller" });
  });

  test.each(["pending", "approved", "failed"] as const)("R10: nobody else, while it is %s", async (state) => {
    const { fixture, number } = await requestIn(state);
    for (const name of ["dora", "zoe"]) {
      expect(await refusedUntouched(fixture, () => fixture.cancel(name, number, "please"))).toEqual({
        code: "not-canceller",
        number,
      });
    }
  });

  test("R10: an admin who was deactivated is none", async () => {
    const { fixture, number } = await requestIn("pending");
    await fixture.people(["ada"], "deactivated");
    expect(refusal(await fixture.cancel("ada", number, "no"))).toMatchObject({ code: "not-canceller" });
  });

  test("R10: anyone who may request in the project, once the requester is deactivated", async () => {
    const { fixture, number } = await requestIn("pending", {
      roles: [
        {
          name: "Developer",
          members: ["dana", "dora"].map((name) => ({ memberId: idOf(name), projects: null })),
        },
      ],
      projects: [{ ...commerce, requesters: ["Developer"] }],
    });
    await fixture.people(["dana"], "deactivated");
    await fixture.people(["zoe"]);
    expect(refusal(await fixture.cancel("zoe", number, "no"))).toMatchObject({ code: "not-canceller" });
    expect(refusal(await fixture.cancel("dora", number))).toEqual({ code: "reason-required" });
    accepted(await fixture.cancel("dora", number, "dana left"));
  });

  test("R5, R10: the maker of a token cancels what was asked through it", async () => {
    const fixture = await buildCatalog(database);
    const [memberId, makerId] = [idOf("dana"), idOf("dora")];
    const actor: Actor = { kind: "token", tokenId: "t1", name: "release bot", memberId, makerId };
    const number = await fixture.requested({ actor, surface: "api" });
    accepted(await fixture.cancel("dora", number));
  });

  test("R10: the system cancels nothing", async () => {
    const { fixture, number } = await requestIn("pending");
    const { context, organizationId } = fixture;
    const input = { organizationId, number, actor: system("x"), surface: "job", reason: "x" } as const;
    expect(refusal(await cancelPromotion(context, input))).toMatchObject({ code: "not-canceller" });
  });
});

describe("R10: what can be cancelled", () => {
  test("R10: not while it is promoting, nor once it is promoted", async () => {
    const { fixture, number, deploymentId } = await requestIn("promoting");
    const why = { code: "not-cancellable", number };
    expect(await refusedUntouched(fixture, () => fixture.cancel("dana", number))).toEqual(why);
    accepted(await fixture.report(deploymentId, { status: "succeeded" }));
    expect(await refusedUntouched(fixture, () => fixture.cancel("dana", number))).toEqual(why);
  });

  test("R10: not once it is rejected", async () => {
    const { fixture, number } = await requestIn("pending");
    accepted(await fixture.review("bob", number, "reject"));
    expect(refusal(await fixture.cancel("dana", number))).toEqual({ code: "not-cancellable", number });
  });

  test("R11: not once its time has run out, whether or not a job has written that down", async () => {
    const { fixture, number } = await requestIn("approved");
    fixture.later({ days: 3 });
    expect(await refusedUntouched(fixture, () => fixture.cancel("dana", number))).toEqual({
      code: "not-cancellable",
      number,
    });
  });

  test("R8: one's own cancel again is answered as done, somebody else's comes too late", async () => {
    const { fixture, number } = await requestIn("pending");
    accepted(await fixture.cancel("dana", number));
    const before = await fixture.allRows();
    expect(accepted(await fixture.cancel("dana", number))).toEqual({ outcome: "repeated" });
    expect(refusal(await fixture.cancel("ada", number, "me too"))).toEqual({
      code: "not-cancellable",
      number,
    });
    expect(await fixture.allRows()).toEqual(before);
  });

  test("a reason has 3,000 characters at most; an unknown request is not found", async () => {
    const { fixture, number } = await requestIn("pending");
    expect(refusal(await fixture.cancel("ada", number, "x".repeat(3001)))).toEqual({
      code: "text-too-long",
      field: "reason",
      limit: 3000,
    });
    expect(refusal(await fixture.cancel("ada", 404, "x"))).toEqual({ code: "not-found", what: "request" });
  });
});
