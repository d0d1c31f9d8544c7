import { and, asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCase } from "../../db/requests/decisions.ts";
import { environments, reviews } from "../../db/schema/index.ts";
import type { MemberStatus } from "../../src/domain/people/people.ts";
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

const three = { reviewers: ["bob", "carol", "carl"] };

const reviewsOf = (fixture: Catalog) =>
  database.database.db
    .select()
    .from(reviews)
    .where(eq(reviews.organizationId, fixture.organizationId))
    .orderBy(asc(reviews.at), asc(reviews.reviewerId));

describe("R7: deciding", () => {
  test("R7: one approval approves, and the time to promote begins", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    fixture.later({ hours: 2 });
    expect(accepted(await fixture.review("bob", number, "approve", "  looks good  "))).toEqual({
      outcome: "decided",
    });
    expect(await fixture.state(number)).toMatchObject({
      version: 2,
      state: "approved",
      approvals: 1,
      outcome: "approved",
      decidedBy: by("bob"),
      decidedAt: new Date("2026-03-02T11:00:00.000Z"),
      expiresAt: new Date("2026-03-05T11:00:00.000Z"),
    });
    expect(await reviewsOf(fixture)).toMatchObject([
      { reviewerId: idOf("bob"), verdict: "approve", comment: "looks good", workflowVersion: 1 },
    ]);
  });

  test("R7: one Reject rejects, however many approvals are in", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 3 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    accepted(await fixture.review("carol", number, "approve"));
    expect(accepted(await fixture.review("carl", number, "reject", "not on Friday")).outcome).toBe("decided");
    expect(await fixture.state(number)).toMatchObject({
      state: "rejected",
      outcome: "rejected",
      decidedBy: by("carl"),
      approvals: 2,
      expiresAt: null,
    });
  });

  test("R7: approvals are counted until enough are in", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    expect(accepted(await fixture.review("bob", number, "approve")).outcome).toBe("counted");
    expect(await fixture.state(number)).toMatchObject({ state: "pending", approvals: 1, version: 2 });
    expect(accepted(await fixture.review("carol", number, "approve")).outcome).toBe("decided");
    expect(await fixture.state(number)).toMatchObject({ state: "approved", approvals: 2, version: 3 });
    expect((await fixture.audit(number)).map(({ action }) => action)).toEqual([
      "request.requested",
      "request.reviewed",
      "request.approved",
    ]);
  });

  test("R7: a review is replaced until the request is decided; both are kept, and count once", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    fixture.later({ hours: 1 });
    expect(accepted(await fixture.review("bob", number, "approve", "with a note")).outcome).toBe("counted");
    expect(await fixture.state(number)).toMatchObject({ state: "pending", approvals: 1 });
    fixture.later({ hours: 1 });
    expect(accepted(await fixture.review("bob", number, "reject", "on second thoughts")).outcome).toBe(
      "decided",
    );
    expect(
      (await reviewsOf(fixture)).map(({ verdict, replacedAt }) => [verdict, replacedAt !== null]),
    ).toEqual([
      ["approve", true],
      ["approve", true],
      ["reject", false],
    ]);
    expect((await fixture.audit(number)).at(-1)?.after).toMatchObject({
      review: { verdict: "reject", comment: "on second thoughts", replaces: { comment: "with a note" } },
    });
  });

  test("R7: a Reject needs a comment where the workflow says so", async () => {
    const fixture = await buildCatalog(database, { options: { commentOnReject: true } });
    const number = await fixture.requested();
    expect(await refusedUntouched(fixture, () => fixture.review("bob", number, "reject", "  "))).toEqual({
      code: "comment-required",
    });
    accepted(await fixture.review("bob", number, "reject", "no"));
  });

  test("a comment has 3,000 characters at most", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    const comment = "x".repeat(3001);
    expect(await refusedUntouched(fixture, () => fixture.review("bob", number, "approve", comment))).toEqual({
      code: "text-too-long",
      field: "comment",
      limit: 3000,
    });
  });

  test("a request that does not exist is not found", async () => {
    const fixture = await buildCatalog(database);
    expect(await refusedUntouched(fixture, () => fixture.review("bob", 404, "approve"))).toEqual({
      code: "not-found",
      what: "request",
    });
  });
});

describe("R8: the first one wins", () => {
  test.each([
    ["approve", "approve"],
    ["approve", "reject"],
    ["reject", "approve"],
    ["reject", "reject"],
  ] as const)("R8: after %s, somebody else's %s comes too late", async (first, second) => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, first));
    expect(await refusedUntouched(fixture, () => fixture.review("carol", number, second, "hm"))).toEqual({
      code: "already-decided",
      number,
    });
  });

  test.each(["approve", "reject"] as const)("R8: one's own %s again is answered as done", async (verdict) => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, verdict, "hm"));
    const before = await fixture.allRows();
    expect(accepted(await fixture.review("bob", number, verdict, "hm")).outcome).toBe("repeated");
    expect(accepted(await fixture.review("bob", number, verdict)).outcome).toBe("repeated");
    expect(await fixture.allRows()).toEqual(before);
  });

  test("R8: the decider's own opposite comes too late as well", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    expect(refusal(await fixture.review("bob", number, "reject"))).toEqual({
      code: "already-decided",
      number,
    });
  });

  test("R8: a cancelled request cannot be reviewed any more", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    accepted(await fixture.cancel("dana", number));
    expect(refusal(await fixture.review("bob", number, "approve"))).toEqual({ code: "not-pending", number });
  });
});

describe("R4, R5: who may review", () => {
  test("R4: nobody without one of the workflow's roles", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    expect(await refusedUntouched(fixture, () => fixture.review("dora", number, "approve"))).toEqual({
      code: "not-reviewer",
      why: "role",
      number,
    });
    expect(await refusedUntouched(fixture, () => fixture.review("ada", number, "approve"))).toMatchObject({
      why: "role",
    });
  });

  test("R4: roles are those of the moment of the decision", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    await fixture.hold("Reviewer", ["dora"]);
    expect(refusal(await fixture.review("bob", number, "approve"))).toMatchObject({ why: "role" });
    expect(accepted(await fixture.review("dora", number, "approve")).outcome).toBe("decided");
  });

  test("R4: a role held for one project counts there and nowhere else", async () => {
    const finance = { ...commerce, slug: "finance", name: "Finance" };
    const fixture = await buildCatalog(database, { projects: [commerce, finance] });
    const number = await fixture.requested();
    await fixture.people(["fay", "cora"]);
    const [fay, cora] = [
      { memberId: idOf("fay"), projects: ["finance"] },
      { memberId: idOf("cora"), projects: ["commerce"] },
    ];
    await fixture.seed({
      roles: [{ name: "Reviewer", members: [fay, cora] }],
      projects: [commerce, finance],
    });
    expect(refusal(await fixture.review("fay", number, "approve"))).toMatchObject({ why: "role" });
    accepted(await fixture.review("cora", number, "approve"));
  });

  test("R4: with assignees, only those of them who also hold a role", async () => {
    const fixture = await buildCatalog(database, { assignees: ["bob", "dora"] });
    const number = await fixture.requested();
    expect(refusal(await fixture.review("carol", number, "approve"))).toMatchObject({ why: "assignee" });
    expect(refusal(await fixture.review("dora", number, "approve"))).toMatchObject({ why: "role" });
    accepted(await fixture.review("bob", number, "approve"));
  });

  test.each<MemberStatus>(["deactivated", "guest", "bot", "stranger"])(
    "R4: nobody who is %s",
    async (why) => {
      const fixture = await buildCatalog(database);
      const number = await fixture.requested();
      await fixture.people(["bob"], why);
      expect(await refusedUntouched(fixture, () => fixture.review("bob", number, "approve"))).toEqual({
        code: "not-reviewer",
        why,
        number,
      });
    },
  );

  test("R4: nobody who was never seen", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    expect(refusal(await fixture.review("zoe", number, "approve"))).toMatchObject({ why: "stranger" });
  });

  test("R4: an approval counts only while the person who gave it may review", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    await fixture.people(["bob"], "deactivated");
    expect(accepted(await fixture.review("carol", number, "approve")).outcome).toBe("counted");
    expect(await fixture.state(number)).toMatchObject({ state: "pending", approvals: 1 });
    await fixture.people(["bob"], "active");
    expect(await fixture.state(number)).toMatchObject({ state: "pending" });
    expect(accepted(await fixture.review("carl", number, "approve")).outcome).toBe("decided");
    expect(await fixture.state(number)).toMatchObject({ state: "approved", approvals: 3 });
  });

  test("R4: an approval that was replaced by a Reject does not count", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 3 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    accepted(await fixture.review("carol", number, "approve"));
    accepted(await fixture.review("bob", number, "reject", "no"));
    expect(await fixture.state(number)).toMatchObject({ state: "rejected", approvals: 1 });
  });

  test("R4: options are those of the moment, and a change of them decides nothing by itself", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 3 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    accepted(await fixture.review("carol", number, "approve"));
    await fixture.saveWorkflow({ options: { requiredApprovals: 2 } });
    expect((await fixture.state(number)).state).toBe("pending");
    expect(accepted(await fixture.review("carol", number, "approve")).outcome).toBe("decided");
    expect((await fixture.state(number)).approvals).toBe(2);
    expect((await reviewsOf(fixture)).at(-1)).toMatchObject({ workflowVersion: 2 });
  });

  test("R5: nobody reviews their own request, unless the workflow allows it", async () => {
    const fixture = await buildCatalog(database);
    const number = accepted(await fixture.request("bob")).number;
    expect(await refusedUntouched(fixture, () => fixture.review("bob", number, "approve"))).toEqual({
      code: "not-reviewer",
      why: "self",
      number,
    });
    await fixture.saveWorkflow({ options: { selfReview: true } });
    accepted(await fixture.review("bob", number, "approve"));
  });
});

describe("R7: an approval is bound to what was shown", () => {
  const renamed = (fixture: Catalog, name: string) =>
    database.database.db
      .update(environments)
      .set({ name })
      .where(and(eq(environments.organizationId, fixture.organizationId), eq(environments.slug, "staging")));
  const fingerprintOf = async (fixture: Catalog, number: number) => {
    const seen = await readCase(database.database.db, fixture.organizationId, number, idOf("bob"));
    return seen?.fingerprint ?? null;
  };

  test("R7: a review of what the request no longer is decides nothing", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    const shown = await fingerprintOf(fixture, number);
    await renamed(fixture, "Canary");
    for (const verdict of ["approve", "reject"] as const) {
      const reviewed = () => fixture.review("bob", number, verdict, "hm", shown);
      expect(await refusedUntouched(fixture, reviewed)).toEqual({ code: "request-changed", number });
    }
    await renamed(fixture, "Staging");
    expect(accepted(await fixture.review("bob", number, "approve", "", shown)).outcome).toBe("decided");
    const { facts } = await fixture.state(number);
    expect(facts).toMatchObject({ target: { name: "Staging" } });
    expect(await reviewsOf(fixture)).toMatchObject([{ fingerprint: shown }]);
    expect((await fixture.audit(number)).at(-1)?.after).toMatchObject({ review: { fingerprint: shown } });
  });

  test("R7: a decision of the previous version keeps the facts as they were at that moment", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    await renamed(fixture, "Canary");
    await database.database.sql`
      update requests set version = version + 1, state = 'approved', outcome = 'approved', decided_at = now(),
        decided_by = '{"kind": "system", "reason": "test"}' where organization_id = ${fixture.organizationId} and number = ${number}`;
    await renamed(fixture, "Preview");
    expect((await fixture.state(number)).facts).toMatchObject({ target: { name: "Canary" } });
  });

  test("R7: an approval of what the request no longer is does not count, and can be given again", async () => {
    const fixture = await buildCatalog(database, { ...three, options: { requiredApprovals: 2 } });
    const number = await fixture.requested();
    accepted(await fixture.review("bob", number, "approve"));
    await renamed(fixture, "Canary");
    expect(accepted(await fixture.review("carol", number, "approve")).outcome).toBe("counted");
    expect(accepted(await fixture.review("bob", number, "approve")).outcome).toBe("decided");
    expect(await fixture.state(number)).toMatchObject({ approvals: 2 });
  });
});

describe("R11: time", () => {
  test("R11: reviewable until the last millisecond, expired at the instant", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    fixture.later({ days: 7 });
    expect(await refusedUntouched(fixture, () => fixture.review("bob", number, "approve"))).toEqual({
      code: "not-pending",
      number,
    });
    fixture.later({ ms: -1 });
    expect(accepted(await fixture.review("bob", number, "approve")).outcome).toBe("decided");
  });
});
