import { afterAll, beforeAll, expect, test } from "vitest";
import type { Db } from "../../../db/connection/connect.ts";
import { noteDone, takeKey } from "../../../src/usecases/tokens/answer-once.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type ApiFixture, apiFixture, problemIn } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const toStaging = { project: "commerce", integration: "orders", target: "staging" };

/**
 * What is lost after a commit: the database's response, or the process before it stores the API's response.
 */
const losses = ["the commit's answer", "the process"] as const;
type Loss = (typeof losses)[number];

/** Makes a call whose change is committed but whose response is lost. */
async function lose(fixture: ApiFixture, loss: Loss, call: () => Promise<unknown>): Promise<void> {
  const { db } = fixture.context;
  // The token's last use is stored, so from here on only the API's response is written.
  await fixture.get("/projects");
  const cut = () => {
    throw Object.assign(new Error("cut"), { code: "CONNECTION_CLOSED" });
  };
  const faults: Partial<Record<keyof Db, unknown>> =
    loss === "the process"
      ? { update: cut }
      : { transaction: (...asked: Parameters<Db["transaction"]>) => db.transaction(...asked).then(cut) };
  fixture.context.db = new Proxy(db, {
    get: (target, name) => faults[name as keyof Db] ?? Reflect.get(target, name, target),
  });
  await call();
  fixture.context.db = db;
  fixture.later({ ms: 120_000 });
}

test.each(losses)(
  "R3: a request of which %s was lost is returned under its key, and not refused as open",
  async (loss) => {
    const fixture = await apiFixture(database);
    const ask = () => fixture.post("/requests", { ...toStaging, message: "Please" }, { key: "k" });
    await lose(fixture, loss, ask);
    const again = await ask();
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.body).toMatchObject({ state: "pending", message: "Please", build: { id: "3" } });
    expect(again.headers.get("location")).toBe(`/api/v1/requests/${again.body.number}`);
    expect((await fixture.get("/requests")).body.items).toHaveLength(1);
    const other = await fixture.post("/requests", { ...toStaging, message: "Other" }, { key: "k" });
    expect(problemIn(other)).toEqual([422, "key-reused"]);
  },
);

test.each(losses)(
  "R9: a promotion of which %s was lost begins no second attempt under its key",
  async (loss) => {
    const fixture = await apiFixture(database);
    const number = await fixture.approved();
    const promote = () => fixture.post(`/requests/${number}/promote`, {}, { key: "k" });
    await lose(fixture, loss, promote);
    const { attempt } = (await fixture.get(`/requests/${number}`)).body;
    await fixture.report(attempt.id, { status: "failed", reason: "Out of disk" });
    const again = await promote();
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([202, "true"]);
    expect(again.body).toMatchObject({ state: "failed", attempt: { id: attempt.id, status: "failed" } });
  },
);

test.each(losses)("R10: a cancellation of which %s was lost is returned under its key", async (loss) => {
  const fixture = await apiFixture(database);
  const { number } = (await fixture.post("/requests", toStaging)).body;
  const cancel = () => fixture.post(`/requests/${number}/cancel`, { reason: "Newer" }, { key: "k" });
  await lose(fixture, loss, cancel);
  const again = await cancel();
  expect([again.status, again.body.state]).toEqual([200, "cancelled"]);
  expect(again.body.cancelled.reason).toBe("Newer");
});

test("a call that took so long that its key went to the same call again changes nothing", async () => {
  const fixture = await apiFixture(database);
  const { token } = await fixture.newToken();
  const call = { organizationId: fixture.organizationId, tokenId: token.id, key: "k", digest: "d" };
  const note = (takenAt: Date) =>
    fixture.context.db.transaction((tx) => noteDone(tx, call, takenAt, { number: 1 }));
  const slow = await takeKey(fixture.context, call);
  fixture.later({ ms: 120_000 });
  const quick = await takeKey(fixture.context, call);
  if (slow.kind !== "mine" || quick.kind !== "mine") throw new Error("the key was not taken");
  expect(await note(slow.takenAt)).toBe(false);
  expect(await note(quick.takenAt)).toBe(true);
  fixture.later({ ms: 120_000 });
  expect(await takeKey(fixture.context, call)).toEqual({ kind: "done", left: { number: 1 } });
});
