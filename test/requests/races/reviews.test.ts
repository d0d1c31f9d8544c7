import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reviews } from "../../../db/schema/index.ts";
import type { Verdict } from "../../../src/domain/requests/request.ts";
import type { Payload } from "../../../src/outbox/items.ts";
import { tellChange } from "../../../src/usecases/delivery/tell-change.ts";
import { accepted, buildCatalog, type Catalog, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

const rounds = 20;
const crowd = Array.from({ length: 50 }, (_, i) => `rev${i}`);

// One connection for each reviewer, so that they meet in the database and not in the pool's queue.
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ max: crowd.length, lockTimeoutMs: 30_000 });
});
afterAll(() => database?.drop());

/** Returns each person's result as one word: `decided`, `counted`, `repeated`, or the refusal's code. */
function answers(results: Awaited<ReturnType<Catalog["review"]>>[]): Record<string, number> {
  const tally: Record<string, number> = {};
  for (const result of results) {
    const answer = result.ok ? result.value.outcome : result.refusal.code;
    tally[answer] = (tally[answer] ?? 0) + 1;
  }
  return tally;
}

const reviewsOf = async (fixture: Catalog, number: number) => {
  const rows = await database.database.db
    .select()
    .from(reviews)
    .where(eq(reviews.organizationId, fixture.organizationId));
  return rows.filter((row) => row.requestNumber === number);
};

/** Expands every change of a request in two replicas at once, as happens after a lease expires. */
async function tellTwice(fixture: Catalog, number: number): Promise<void> {
  const changes = (await fixture.outbox("request-changed"))
    .map(({ payload }) => payload as Payload<"request-changed">)
    .filter((change) => change.number === number);
  const tell = (change: Payload<"request-changed">) =>
    tellChange(fixture.context, fixture.organizationId, change);
  await Promise.all(changes.flatMap((change) => [tell(change), tell(change)]));
}

test("R8: 50 reviewers decide at once: one outcome, one deciding review, one set of notices", async () => {
  const fixture = await buildCatalog(database, { reviewers: crowd });
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    const verdict = (i: number): Verdict => ((i + round) % 2 === 0 ? "approve" : "reject");
    const results = await Promise.all(
      crowd.map((name, i) => fixture.review(name, number, verdict(i), "why")),
    );
    expect(answers(results)).toEqual({ decided: 1, "already-decided": 49 });

    const winner = crowd[results.findIndex((result) => result.ok)] ?? "";
    const [only, ...others] = await reviewsOf(fixture, number);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ reviewerId: idOf(winner), verdict: verdict(crowd.indexOf(winner)) });
    const row = await fixture.state(number);
    const outcome = only?.verdict === "approve" ? "approved" : "rejected";
    expect(row).toMatchObject({ version: 2, outcome, decidedBy: { memberId: idOf(winner) } });
    expect((await fixture.audit(number)).map(({ action }) => action)).toEqual([
      "request.requested",
      `request.${outcome}`,
    ]);

    await tellTwice(fixture, number);
    const { identity } = await fixture.state(number);
    const isOfRequest = (key: string) => key.includes(`:${number}:`) || key.includes(`:${identity}:`);
    const keys = (await fixture.outbox()).map(({ key }) => key).filter(isOfRequest);
    expect(keys.map((key) => key.replace(/(:v\d+)\.[\da-f-]+/, "$1")).sort()).toEqual(
      [
        `request:${number}:v1`,
        `request:${number}:v2`,
        `email:${identity}:v2:${outcome}:${idOf("dana")}`,
        `message:${identity}:v2:${outcome}:${idOf("dana")}`,
      ].sort(),
    );
    if (outcome === "approved") accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R7, R8: three approvals are needed and 50 approve at once: two are counted, one decides", async () => {
  const fixture = await buildCatalog(database, { reviewers: crowd, options: { requiredApprovals: 3 } });
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    const results = await Promise.all(crowd.map((name) => fixture.review(name, number, "approve")));
    expect(answers(results)).toEqual({ counted: 2, decided: 1, "already-decided": 47 });
    expect(await fixture.state(number)).toMatchObject({ state: "approved", approvals: 3, version: 4 });
    expect(await reviewsOf(fixture, number)).toHaveLength(3);
    expect((await fixture.audit(number)).map(({ action }) => action)).toEqual([
      "request.requested",
      "request.reviewed",
      "request.reviewed",
      "request.approved",
    ]);
    accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R7, R8: three approvals are needed and approvals and rejections come mixed: one decides", async () => {
  const fixture = await buildCatalog(database, { reviewers: crowd, options: { requiredApprovals: 3 } });
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    const results = await Promise.all(
      crowd.map((name, i) => fixture.review(name, number, (i + round) % 4 === 0 ? "reject" : "approve")),
    );
    const { decided, counted = 0, ...late } = answers(results);
    expect(decided).toBe(1);
    expect(late).toEqual({ "already-decided": 49 - counted });
    const given = await reviewsOf(fixture, number);
    expect(given).toHaveLength(counted + 1);
    const row = await fixture.state(number);
    expect(row.approvals).toBe(given.filter(({ verdict }) => verdict === "approve").length);
    expect(row.outcome).toBe(row.approvals === 3 ? "approved" : "rejected");
    const actions = (await fixture.audit(number)).map(({ action }) => action);
    expect(actions.at(-1)).toBe(`request.${row.outcome}`);
    expect(actions).toHaveLength(counted + 2);
    if (row.outcome === "approved") accepted(await fixture.cancel("dana", number));
  }
}, 60_000);

test("R7: one person's two clicks at once are one review", async () => {
  const fixture = await buildCatalog(database, { options: { requiredApprovals: 2 } });
  for (let round = 0; round < rounds; round += 1) {
    const number = await fixture.requested();
    const clicks = Array.from({ length: 5 }, () => fixture.review("bob", number, "approve"));
    expect(answers(await Promise.all(clicks))).toEqual({ counted: 1, repeated: 4 });
    expect(await fixture.state(number)).toMatchObject({ state: "pending", approvals: 1, version: 2 });
    expect(await reviewsOf(fixture, number)).toHaveLength(1);
    accepted(await fixture.cancel("dana", number));
  }
}, 60_000);
