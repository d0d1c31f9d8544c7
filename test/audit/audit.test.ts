import { afterAll, beforeAll, expect, test } from "vitest";
import * as audit from "../../db/audit/audit.ts";
import { member } from "../../src/domain/shared/actor.ts";
import { fixtureApi } from "../support/api/fixture-api.ts";
import { accepted, buildCatalog, type Catalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

type Line = { id: number; at: string; action: string; subject: string; actor: unknown; surface: string };

const linesOf = (body: string): Line[] =>
  body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);

const path = (from: string, to: string, after?: number) =>
  `/audit?from=${from}&to=${to}${after === undefined ? "" : `&after=${after}`}`;

async function start() {
  const fixture = await buildCatalog(database);
  const api = fixtureApi(fixture);
  return { fixture, api, call: await api.client("ada") };
}

/** Adds this many entries, one per second. Every third second has three. */
const write = ({ organizationId, clock }: Catalog, count: number) =>
  database.database.db.transaction((tx) =>
    audit.append(
      tx,
      Array.from({ length: count }, (_, i) => ({
        ...{ organizationId, actor: member("UDANA"), surface: "slack" as const, action: "request.reviewed" },
        at: new Date(clock.now.getTime() + Math.floor(i / 3) * 1_000),
        ...{ subject: `request:${i}`, before: null, after: { n: i } },
      })),
    ),
  );

test("R12: what happened in a time, one JSON object a line, people by id and never by email", async () => {
  const { fixture, call } = await start();
  fixture.later({ hours: 1 });
  const number = await fixture.approved({ message: "Please" });
  fixture.later({ hours: 1 });
  accepted(await fixture.cancel("dana", number));
  const answer = await call("GET", path("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"));
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "application/x-ndjson"]);
  const lines = linesOf(answer.body);
  expect(lines.map(({ action }) => action)).toEqual(["request.requested", "request.approved"]);
  expect(lines[0]).toMatchObject({
    ...{ at: "2026-03-02T10:00:00.000Z", subject: `request:${number}`, surface: "slack", before: null },
    actor: { kind: "member", memberId: "UDANA" },
    after: { message: "Please", state: { name: "pending" } },
  });
  expect(answer.body).not.toContain("@");
});

test("returns pages in chronological order, without gaps, starting after any entry", async () => {
  const { fixture, call } = await start();
  fixture.later({ hours: 1 });
  await write(fixture, 1_603);
  const range = ["2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"] as const;
  const all = linesOf((await call("GET", path(...range))).body);
  expect(all.map(({ subject }) => subject)).toEqual(Array.from({ length: 1_603 }, (_, i) => `request:${i}`));
  const rest = linesOf((await call("GET", path(...range, all[700]?.id))).body);
  expect(rest).toEqual(all.slice(701));
  const none = await call("GET", path("2026-03-03T10:00:00Z", "2026-03-03T11:00:00Z"));
  expect([none.status, none.body]).toEqual([200, ""]);
});

test("another organization's entries are not in it", async () => {
  const other = await start();
  const { call } = await start();
  await write(other.fixture, 3);
  const range = ["2026-03-02T08:00:00Z", "2026-03-02T11:00:00Z"] as const;
  const foreign = linesOf((await other.call("GET", path(...range))).body).find(
    ({ subject }) => subject === "request:1",
  );
  const own = await call("GET", path(...range));
  expect(own.body).not.toContain("request.reviewed");
  expect((await call("GET", path(...range, foreign?.id))).body).toMatchObject({ status: 422 });
});

test.each([
  ["a range of more than 31 days", path("2026-03-01T00:00:00Z", "2026-04-01T00:00:01Z")],
  ["one that ends before it begins", path("2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z")],
  ["none at all", "/audit"],
  ["no end", "/audit?from=2026-03-02T00:00:00Z"],
  ["the year 0", "/audit?from=0000-01-01T00:00:00Z&to=2026-03-02T00:00:00Z"],
  ["the year 0 as the end", "/audit?from=2026-03-02T00:00:00Z&to=0000-01-01T00:00:00Z"],
  ["no moments", path("yesterday", "today")],
  ["to go on behind an entry that is not there", path("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", 9e15)],
])("%s is refused", async (_, asked) => {
  const { call } = await start();
  expect((await call("GET", asked)).body).toMatchObject({ status: 422, code: "validation" });
});

test("settings are of no one project: a token of one is refused", async () => {
  const { fixture, api } = await start();
  const [row] = await database.database.sql<{ id: string }[]>`
    select id from projects where organization_id = ${fixture.organizationId}`;
  const call = await api.client("ada", { project: row?.id ?? "" });
  const refused = await call("GET", path("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z"));
  expect(refused.body).toMatchObject({ status: 403, code: "token-project" });
});

test("stops reading when the reader disconnects", async () => {
  const { fixture, api } = await start();
  fixture.later({ hours: 1 });
  await write(fixture, 1_603);
  const token = await api.token("ada");
  const answer = await api.api.request(path("2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"), {
    headers: { authorization: `Bearer ${token}` },
  });
  const reader = answer.body?.getReader();
  const first = await reader?.read();
  expect(linesOf(new TextDecoder().decode(first?.value))).toHaveLength(500);
  await reader?.cancel();
  expect(database.database.pool().inUse).toBe(0);
});
