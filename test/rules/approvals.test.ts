import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../db/connection/connect.ts";
import { connect } from "../../db/connection/connect.ts";
import { members, reviews, roleHoldings } from "../../db/schema/index.ts";
import { getRequest } from "../../src/queries/requests/get-request.ts";
import { reviewPromotion } from "../../src/usecases/requests/review-promotion.ts";
import { accepted, buildCatalog, type Catalog, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { holdRequest } from "../support/hold-lock.ts";

/*
 * R4: Bob approved a request that needs two approvals. One thing changes, before Carol's Approve, between its read and its
 * write, or after it. Carol's Approve comes from another process.
 */

let database: TestDatabase;
let other: Database;
beforeAll(async () => {
  database = await testDatabase({ lockTimeoutMs: 30_000 });
  other = connect(database.url, { lockTimeoutMs: 30_000 });
});
afterAll(async () => {
  await other?.close();
  await database?.drop();
});

const db = () => database.database.db;
const holding = (fixture: Catalog, name: string) =>
  and(eq(roleHoldings.organizationId, fixture.organizationId), eq(roleHoldings.memberId, idOf(name)));
const takeRole = (fixture: Catalog, name: string) => db().delete(roleHoldings).where(holding(fixture, name));
const setStatus = (fixture: Catalog, status: "active" | "deactivated" | "guest") =>
  db()
    .update(members)
    .set({ status })
    .where(and(eq(members.organizationId, fixture.organizationId), eq(members.id, idOf("bob"))));

type Change = {
  prepare?: (fixture: Catalog) => Promise<unknown>;
  change: (fixture: Catalog) => Promise<unknown>;
  /** The outcome of Carol's Approve if the change came first, and the approvals that count then. */
  before: ["counted" | "decided", number];
  /** The approvals that were counted if the change came after it. Bob's and Carol's decide it where two are needed. */
  after: ["counted" | "decided", number];
};

const both: Change["after"] = ["decided", 2];
const alone: Change["before"] = ["counted", 1];

const changes: Record<string, Change> = {
  "the role is lost": { change: (f) => takeRole(f, "bob"), before: alone, after: both },
  "the approver is deactivated": { change: (f) => setStatus(f, "deactivated"), before: alone, after: both },
  "the approver becomes a guest": { change: (f) => setStatus(f, "guest"), before: alone, after: both },
  "the approver returns": {
    prepare: (f) => setStatus(f, "deactivated"),
    change: (f) => setStatus(f, "active"),
    before: both,
    after: alone,
  },
  "the assignee is removed": {
    prepare: (f) => f.saveWorkflow({ assignees: ["bob", "carol", "carl"] }),
    change: (f) => f.saveWorkflow({ assignees: ["carol", "carl"] }),
    before: alone,
    after: both,
  },
  "the policy is lowered": {
    prepare: (f) => f.saveWorkflow({ options: { requiredApprovals: 3 } }),
    change: (f) => f.saveWorkflow({ options: { requiredApprovals: 2 } }),
    before: both,
    after: ["counted", 2],
  },
  "the policy is raised": {
    change: (f) => f.saveWorkflow({ options: { requiredApprovals: 3 } }),
    before: ["counted", 2],
    after: both,
  },
  "the review is replaced": {
    change: (f) => f.review("bob", 1, "approve", "Looked again"),
    before: both,
    after: both,
  },
};

async function start({ prepare }: Change) {
  const fixture = await buildCatalog(database, {
    reviewers: ["bob", "carol", "carl"],
    options: { requiredApprovals: 2 },
  });
  const number = await fixture.requested();
  accepted(await fixture.review("bob", number, "approve"));
  await prepare?.(fixture);
  return { fixture, number };
}

/** Carol approves in another process. */
const approve = (fixture: Catalog, number: number) =>
  reviewPromotion(
    { ...fixture.context, db: other.db },
    {
      ...{ organizationId: fixture.organizationId, number, reviewerId: idOf("carol") },
      ...{ verdict: "approve", comment: "", surface: "slack", shown: null },
    },
  );

/** Checks the outcome, what is stored, and that every surface counts the same. */
async function expectOutcome(
  fixture: Catalog,
  number: number,
  result: Awaited<ReturnType<typeof approve>>,
  [outcome, approvals]: Change["before"],
) {
  expect(accepted(result)).toEqual({ outcome });
  const state = outcome === "decided" ? "approved" : "pending";
  expect(await fixture.state(number)).toMatchObject({ state, approvals });
  return getRequest(other.db, fixture.organizationId, number, fixture.context.now());
}

describe.each(Object.entries(changes))("R4: %s", (name, change) => {
  test(`R4: ${name} before the decision`, async () => {
    const { fixture, number } = await start(change);
    await change.change(fixture);
    expect(await fixture.state(number)).toMatchObject({ state: "pending" });
    const view = await expectOutcome(fixture, number, await approve(fixture, number), change.before);
    expect(view?.approvals.given).toBe(change.before[1]);
  });

  // A review is replaced under the lock of the request, and so never between the two.
  test.skipIf(name === "the review is replaced")(
    `R4: ${name} between the decision's read and its write`,
    async () => {
      const { fixture, number } = await start(change);
      const lock = await holdRequest(database.database.sql, fixture.organizationId, number);
      const approved = approve(fixture, number);
      await lock.untilAwaited();
      await change.change(fixture);
      await lock.release();
      const view = await expectOutcome(fixture, number, await approved, change.before);
      expect(view?.approvals.given).toBe(change.before[1]);
    },
  );

  test(`R4: ${name} after the decision`, async () => {
    const { fixture, number } = await start(change);
    await expectOutcome(fixture, number, await approve(fixture, number), change.after);
    await change.change(fixture);
    const state = change.after[0] === "decided" ? "approved" : "pending";
    expect(await fixture.state(number)).toMatchObject({ state, approvals: change.after[1] });
  });
});

test("R4: a policy that was lowered decides nothing; the next Approve does, also of somebody who approved before", async () => {
  const { fixture, number } = await start({ change: async () => {}, before: alone, after: both });
  await fixture.saveWorkflow({ options: { requiredApprovals: 1 } });
  expect(await fixture.state(number)).toMatchObject({ state: "pending" });
  expect(accepted(await fixture.review("bob", number, "approve"))).toEqual({ outcome: "decided" });
  const given = await db().select().from(reviews).where(eq(reviews.organizationId, fixture.organizationId));
  expect(given.filter(({ replacedAt }) => replacedAt === null)).toHaveLength(1);
});

test("R4: an approval that is replaced by a Reject while another Approve waits does not count", async () => {
  const { fixture, number } = await start({ change: async () => {}, before: alone, after: both });
  const lock = await holdRequest(database.database.sql, fixture.organizationId, number);
  const rejected = fixture.review("bob", number, "reject", "No");
  await lock.untilAwaited();
  const approved = approve(fixture, number);
  await lock.release();
  expect(accepted(await rejected)).toEqual({ outcome: "decided" });
  expect(await approved).toMatchObject({ ok: false, refusal: { code: "already-decided" } });
  expect(await fixture.state(number)).toMatchObject({ state: "rejected", approvals: 0 });
});

test("R4: of two processes that approve while a role is lost again and again, none counts an approval that is not valid", async () => {
  const { fixture, number } = await start({ change: async () => {}, before: alone, after: both });
  await takeRole(fixture, "bob");
  const again = async () => {
    for (let i = 0; i < 10; i++) {
      await setStatus(fixture, i % 2 === 0 ? "guest" : "active");
    }
  };
  const [carol] = await Promise.all([approve(fixture, number), again()]);
  expect(accepted(carol)).toEqual({ outcome: "counted" });
  expect(accepted(await fixture.review("carl", number, "approve"))).toEqual({ outcome: "decided" });
  expect(await fixture.state(number)).toMatchObject({ state: "approved", approvals: 2 });
});
