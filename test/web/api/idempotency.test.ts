import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apiAnswers, builds } from "../../../db/schema/index.ts";
import { forgetAnswers, takeKey } from "../../../src/usecases/tokens/answer-once.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type ApiFixture, apiFixture, problemIn } from "./support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/builds";

const stored = ({ organizationId }: ApiFixture) =>
  database.database.db.select().from(apiAnswers).where(eq(apiAnswers.organizationId, organizationId));

test("the same call under its key is answered again and not done again", async () => {
  const { post } = await apiFixture(database);
  const first = await post(path, { id: "9", version: "9.0.0" }, { key: "k" });
  const again = await post(path, { id: "9", version: "9.0.0" }, { key: "k" });
  expect([first.status, again.status]).toEqual([201, 201]);
  expect(again.body).toEqual(first.body);
  expect(first.headers.get("idempotency-replayed")).toBeNull();
  expect(again.headers.get("idempotency-replayed")).toBe("true");
});

test("another call under the same key is 422: another body, path or query", async () => {
  const { post } = await apiFixture(database);
  await post(path, { id: "9", version: "9.0.0" }, { key: "k" });
  const others = [
    await post(path, { id: "9", version: "9.0.1" }, { key: "k" }),
    await post(
      "/projects/commerce/integrations/orders/deployments",
      { id: "9", version: "9.0.0" },
      { key: "k" },
    ),
    await post(`${path}?x=1`, { id: "9", version: "9.0.0" }, { key: "k" }),
  ];
  for (const other of others) expect(problemIn(other)).toEqual([422, "key-reused"]);
});

test("a key is a token's own: the same key of another token is another call", async () => {
  const { post, newToken } = await apiFixture(database);
  await post(path, { id: "9", version: "9.0.0" }, { key: "k" });
  const { text: token } = await newToken();
  const other = await post(path, { id: "10", version: "10.0.0" }, { key: "k", token });
  expect(other.status).toBe(201);
});

test("of ten calls at once under one key one is done; the others hear its answer, or that it is at work", async () => {
  const fixture = await apiFixture(database);
  const body = { id: "9", version: "9.0.0" };
  const answers = await Promise.all(Array.from({ length: 10 }, () => fixture.post(path, body, { key: "k" })));
  const done = answers.filter(
    ({ status, headers }) => status === 201 && headers.get("idempotency-replayed") === null,
  );
  expect(done).toHaveLength(1);
  for (const answer of answers.filter(({ status }) => status !== 201)) {
    expect(problemIn(answer)).toEqual([409, "key-in-use"]);
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  const rows = await database.database.db
    .select()
    .from(builds)
    .where(eq(builds.organizationId, fixture.organizationId));
  expect(rows.filter(({ externalId }) => externalId === "9")).toHaveLength(1);
});

test("what was refused changed nothing and is not kept: the same call may succeed later", async () => {
  const fixture = await apiFixture(database);
  const at = "/projects/commerce/integrations/stock/builds";
  expect((await fixture.post(at, { id: "9", version: "9" }, { key: "k" })).status).toBe(404);
  expect(await stored(fixture)).toEqual([]);
  await fixture.put("/projects/commerce/integrations/stock", { name: "Stock" });
  expect((await fixture.post(at, { id: "9", version: "9" }, { key: "k" })).status).toBe(201);
});

test("a key whose process died is free again after a minute", async () => {
  const fixture = await apiFixture(database);
  const { token } = await fixture.newToken();
  const call = { organizationId: fixture.organizationId, tokenId: token.id, key: "k", digest: "d" };
  expect(await takeKey(fixture.context, call)).toMatchObject({ kind: "mine" });
  fixture.later({ ms: 60_000 });
  expect(await takeKey(fixture.context, call)).toEqual({ kind: "at work" });
  fixture.later({ ms: 1 });
  expect(await takeKey(fixture.context, call)).toMatchObject({ kind: "mine" });
});

test("after a day a key is forgotten, by the scheduled job and before it", async () => {
  const fixture = await apiFixture(database);
  await fixture.post(path, { id: "9", version: "9.0.0" }, { key: "k" });
  fixture.later({ days: 1 });
  expect(await forgetAnswers(fixture.context, fixture.organizationId, 10)).toBe(0);
  fixture.later({ ms: 1 });
  expect((await fixture.post(path, { id: "10", version: "10.0.0" }, { key: "k" })).status).toBe(201);
  fixture.later({ days: 1, ms: 1 });
  expect(await forgetAnswers(fixture.context, fixture.organizationId, 10)).toBe(1);
  expect(await stored(fixture)).toEqual([]);
});

test("a key of more than 255 characters is 422", async () => {
  const { post } = await apiFixture(database);
  const answer = await post(path, { id: "9", version: "9" }, { key: "k".repeat(256) });
  expect(problemIn(answer)).toEqual([422, "validation"]);
});
