import { and, asc, eq, inArray } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import * as requests from "../../db/requests/requests.ts";
import * as schema from "../../db/schema/index.ts";
import { followSettings } from "../../src/usecases/workflow/follow-settings.ts";
import { buildCatalog, type Catalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

/** Creates this many open requests, each of a separate integration. Returns the numbers in order. */
async function opened(fixture: Catalog, count: number): Promise<number[]> {
  const { organizationId } = fixture;
  const first = await fixture.requested();
  const { sql } = database.database;
  await sql`
    insert into integrations select (jsonb_populate_record(i,
      jsonb_build_object('id', gen_random_uuid(), 'slug', 'copy-' || n, 'name', 'Copy ' || n))).*
    from integrations i, generate_series(1, ${count - 1}::int) n where i.organization_id = ${organizationId}`;
  await sql`
    insert into requests select (jsonb_populate_record(r,
      jsonb_build_object('number', r.number + i.n, 'integration_id', i.id))).*
    from requests r, (select id, row_number() over () as n from integrations
      where organization_id = ${organizationId} and slug like 'copy-%') i
    where r.organization_id = ${organizationId} and r.number = ${first}`;
  return Array.from({ length: count }, (_, at) => first + at);
}

/** Returns each request's version, by number. */
async function versions(fixture: Catalog, numbers: readonly number[]): Promise<number[]> {
  const { organizationId, number, version } = schema.requests;
  const rows = await database.database.db
    .select({ version })
    .from(schema.requests)
    .where(and(eq(organizationId, fixture.organizationId), inArray(number, [...numbers])))
    .orderBy(asc(number));
  return rows.map((row) => row.version);
}

test("R4: hundreds of open requests follow in a handful of transactions, one item each", async () => {
  const fixture = await buildCatalog(database);
  const numbers = await opened(fixture, 250);
  const transactions = vi.spyOn(fixture.context.db, "transaction");
  await followSettings(fixture.context, fixture.organizationId);
  expect(transactions).toHaveBeenCalledTimes(3);
  transactions.mockRestore();
  expect(await versions(fixture, numbers)).toEqual(numbers.map(() => 2));
  const changes = (await fixture.outbox("request-changed")).map(({ payload }) => payload);
  expect(changes).toHaveLength(250 + 1);
  expect(changes).toContainEqual(
    expect.objectContaining({ number: numbers[249], version: 2, event: "changed" }),
  );
});

test("R4: one that somebody is deciding does not keep the others, and follows when they are done", async () => {
  const fixture = await buildCatalog(database);
  const { context, organizationId } = fixture;
  const numbers = await opened(fixture, 3);
  const [, second = 0] = numbers;
  let release = (): void => {};
  const decided = new Promise<void>((resolve) => {
    release = resolve;
  });
  let held = (): void => {};
  const holding = new Promise<void>((resolve) => {
    held = resolve;
  });
  const deciding = context.db.transaction(async (tx) => {
    await requests.lock(tx, organizationId, second);
    held();
    await decided;
  });
  await holding;
  const following = followSettings(context, organizationId);
  await vi.waitFor(async () => expect(await versions(fixture, numbers)).toEqual([2, 1, 2]));
  release();
  await Promise.all([deciding, following]);
  expect(await versions(fixture, numbers)).toEqual([2, 2, 2]);
});

test("what was closed meanwhile, and another organization's requests, are left alone", async () => {
  const fixture = await buildCatalog(database);
  const other = await buildCatalog(database);
  const [closed = 0, open = 0] = await opened(fixture, 2);
  const theirs = await opened(other, 2);
  await fixture.cancel("dana", closed);
  await followSettings(fixture.context, fixture.organizationId);
  expect(await versions(fixture, [closed, open])).toEqual([2, 2]);
  expect(await versions(other, theirs)).toEqual([1, 1]);
  expect((await fixture.outbox("request-changed")).map(({ key }) => key)).toContain(`request:${open}:v2`);
});
