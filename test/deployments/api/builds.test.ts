import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findByExternalId } from "../../../db/deployments/builds-list.ts";
import { archiveIntegration } from "../../../src/usecases/catalog/archive-integration.ts";
import { accepted, by } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { projectReads } from "../../support/projects.ts";
import { type ApiFixture, apiFixture, problemIn, rowsOf } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const path = "/projects/commerce/integrations/orders/builds";

const build = {
  ...{ id: "run-9", version: "1.9.0", commit: "c0ffee9", digest: "sha256:9", author: "Dana" },
  link: "https://ci.example/9",
  commits: [
    { hash: "c0ffee9", message: "Second", author: "Dana", link: "https://git.example/c0ffee9" },
    { hash: "c0ffee8", message: "First", author: null, link: null },
  ],
};

/** Returns Signoff's own ID of a build. */
async function buildOf({ organizationId, integration }: ApiFixture, id: string): Promise<string> {
  const found = await findByExternalId(database.database.db, organizationId, integration(), id);
  return found?.id ?? "";
}

describe("a build", () => {
  test("is registered, 201; the same again is 200 and changes nothing; R12: it is in the audit log", async () => {
    const fixture = await apiFixture(database);
    const first = await fixture.post(path, build);
    const before = await rowsOf(fixture);
    const again = await fixture.post(path, build);
    expect([first.status, again.status]).toEqual([201, 200]);
    const at = fixture.clock.now.toISOString();
    expect(first.body).toEqual({ ...build, builtAt: at, createdAt: at, notes: [] });
    expect(again.body).toEqual(first.body);
    expect(await rowsOf(fixture)).toEqual(before);
    expect((await fixture.audit()).at(-1)).toMatchObject({
      ...{ action: "build.registered", surface: "api", actor: { kind: "token" } },
      after: { id: "run-9", version: "1.9.0" },
    });
  });

  test("needs an id and a version only; null, empty and left out are all nothing", async () => {
    const { post } = await apiFixture(database);
    const first = await post(path, { id: "b", version: "1" });
    expect(first.body).toMatchObject({ commit: null, digest: null, link: null, author: null, commits: null });
    const again = await post(path, { id: "b", version: "1", commit: "", link: null, author: " " });
    expect(again.status).toBe(200);
  });

  test.each([
    ["version", { version: "2.0.0" }],
    ["commit", { commit: "decaf" }],
    ["digest", { digest: null }],
    ["digest", { digest: "sha256:8" }],
    ["commit", { commit: "c0ffee8" }],
    ["version", { version: "1.9" }],
  ])("never changes: another %s returns 409 and says so", async (part, change) => {
    const fixture = await apiFixture(database);
    await fixture.post(path, build);
    const before = await rowsOf(fixture);
    const answer = await fixture.post(path, { ...build, ...change });
    expect(problemIn(answer)).toEqual([409, "build-differs"]);
    expect(answer.body.parts).toEqual([part]);
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("has the cards of a request for the newest build until now drawn again, and only of that", async () => {
    const fixture = await apiFixture(database);
    const deployed = async (id: string) => {
      fixture.later({ hours: 1 });
      await fixture.post(path, { id, version: id });
      await fixture.post("/projects/commerce/integrations/orders/deployments", {
        ...{ id, build: id, environment: "development" },
      });
    };
    await deployed("5");
    const number = await fixture.requested({ buildId: await buildOf(fixture, "5") });
    const versions = [(await fixture.state(number)).version];
    for (const id of ["6", "7"]) {
      fixture.later({ hours: 1 });
      await fixture.post(path, { id, version: id });
      versions.push((await fixture.state(number)).version);
    }
    expect(versions).toEqual([1, 2, 2]);
  });

  test("ten simultaneous calls with the same id and content create one, and none fails", async () => {
    const { post } = await apiFixture(database);
    const answers = await Promise.all(Array.from({ length: 10 }, () => post(path, build)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  });

  test.each([
    ["link", { link: "https://ci.example/10" }, 'Stays "https://ci.example/9", as first registered.'],
    ["author", { author: "Eve" }, 'Stays "Dana", as first registered.'],
    ["commits", { commits: [] }, "The list of the first registration stays."],
    ["version", { version: "V1.9.0" }, 'Stays "1.9.0", as first registered.'],
    ["commit", { commit: "C0FFEE9A4415C8B1" }, 'Stays "c0ffee9", as first registered.'],
    ["builtAt", { builtAt: "2026-03-01T09:00:00Z" }, "Stays "],
  ])(
    "that is registered again with another %s is the known one: 200, the first value stays, and a note names it",
    async (field, change, note) => {
      const fixture = await apiFixture(database);
      const first = await fixture.post(path, build);
      const before = await rowsOf(fixture);
      const again = await fixture.post(path, { ...build, ...change });
      expect(again.status).toBe(200);
      expect(again.body.notes).toEqual([{ field, note: expect.stringContaining(note) }]);
      expect({ ...again.body, notes: [] }).toEqual(first.body);
      expect(await rowsOf(fixture)).toEqual(before);
    },
  );

  test("that says less the second time is the known one, without a note", async () => {
    const { post } = await apiFixture(database);
    await post(path, build);
    const { id, version, commit, digest } = build;
    for (const said of [{ commit, digest, author: "", link: null }, { commit }, { digest }, {}]) {
      const again = await post(path, { id, version, ...said });
      expect([again.status, again.body.notes]).toEqual([200, []]);
      expect(again.body).toMatchObject({ commit, digest });
    }
  });

  test("is never refused for what is too long: it is cut, and the response says so", async () => {
    const { post } = await apiFixture(database);
    const commits = Array.from({ length: 250 }, (_, i) => ({
      ...{ hash: `${i}`.padEnd(120, "a"), message: "m".repeat(i < 2 ? 6000 : 10), author: "ü".repeat(150) },
    }));
    const long = { ...build, author: "Zoë ".repeat(100), commits };
    const answer = await post(path, long);
    expect(answer.status).toBe(201);
    expect(answer.body.notes).toEqual([
      { field: "commits", note: "Only the first 100 of 250 commits are stored." },
      { field: "author", note: "Cut to 100 characters." },
      { field: "commits.hash", note: "Cut to 100 characters in 100 commits." },
      { field: "commits.message", note: "Cut to 5000 characters in 2 commits." },
      { field: "commits.author", note: "Cut to 100 characters in 100 commits." },
    ]);
    expect([...answer.body.author]).toHaveLength(100);
    expect(answer.body.commits).toHaveLength(100);
    expect(answer.body.commits[0].message).toBe(`${"m".repeat(4999)}…`);
    const again = await post(path, long);
    expect([again.status, again.body.notes]).toEqual([200, answer.body.notes]);
  });

  test("may have an image reference with its digest as its version, of up to 255 characters", async () => {
    const { post } = await apiFixture(database);
    const version = `registry.example.com/${"team/".repeat(31)}app@sha256:${"0a".repeat(32)}`;
    expect(version.length).toBeLessThanOrEqual(255);
    expect((await post(path, { id: "image", version })).body).toMatchObject({ version });
    const longer = await post(path, { id: "longer", version: "1".repeat(256) });
    expect(problemIn(longer)).toEqual([422, "validation"]);
  });

  test.each([
    ["2026-03-02T10:30:00+01:30", "2026-03-02T09:00:00.000Z"],
    ["2026-02-01T00:00:00Z", "2026-02-01T00:00:00.000Z"],
    ["2026-03-02T09:05:00.000Z", "2026-03-02T09:00:00.000Z"],
  ])("that was built at %s counts as built at %s", async (builtAt, counted) => {
    const fixture = await apiFixture(database);
    const { status, body } = await fixture.post(path, { ...build, builtAt });
    expect(status).toBe(201);
    expect([body.builtAt, body.createdAt]).toEqual([counted, fixture.clock.now.toISOString()]);
  });

  test.each([
    ["2026-03-02T09:05:00.001Z", "time-out-of-range"],
    ["1999-12-31T23:59:59Z", "time-out-of-range"],
    ["2026-03-02T09:00:00", "validation"],
    ["yesterday", "validation"],
    ["2026-02-30T09:00:00Z", "validation"],
  ])("that was built at %s is 422, and the field is named", async (builtAt, code) => {
    const fixture = await apiFixture(database);
    const before = await rowsOf(fixture);
    const answer = await fixture.post(path, { ...build, builtAt });
    expect(problemIn(answer)).toEqual([422, code]);
    expect(answer.body.detail).toContain("body.builtAt");
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("is ordered by when it was built, whenever it is registered", async () => {
    const { post, get } = await apiFixture(database);
    await post(path, { id: "late", version: "3", builtAt: "2026-03-02T08:59:59Z" });
    await post(path, { id: "early", version: "2", builtAt: "2026-03-01T09:00:00Z" });
    const { body } = await get(path);
    const ids = body.items.map(({ id }: { id: string }) => id);
    expect(ids.indexOf("late")).toBeLessThan(ids.indexOf("early"));
    expect(ids.at(-1)).toBe("early");
  });

  test("with a link that is no web address it is 422", async () => {
    const { post } = await apiFixture(database);
    for (const link of ["javascript:alert(1)", "ftp://x", "https://a b"]) {
      expect(problemIn(await post(path, { ...build, link }))).toEqual([422, "validation"]);
    }
  });

  test("of an integration that is not there is 404, of an archived one 409", async () => {
    const fixture = await apiFixture(database);
    const { organizationId, context } = fixture;
    const none = await fixture.post("/projects/commerce/integrations/none/builds", build);
    expect(problemIn(none)).toEqual([404, "not-found"]);
    expect(none.body.what).toBe("integration");
    const projectId = await projectReads(database.database.db, organizationId).projectId("commerce");
    const input = { organizationId, actor: by("ada"), surface: "slack" as const, projectId };
    accepted(await archiveIntegration(context, { ...input, integrationId: fixture.integration() }));
    expect(problemIn(await fixture.post(path, build))).toEqual([409, "archived"]);
    expect(problemIn(await fixture.get(path))).toEqual([404, "not-found"]);
  });
});

describe("the list of builds", () => {
  test("leaves their commits out: a page of those could fill the memory", async () => {
    const { post, get } = await apiFixture(database);
    expect((await post(path, build)).body.commits).toHaveLength(build.commits.length);
    const { commits: _, notes: __, ...listed } = (await post(path, build)).body;
    expect((await get(path)).body.items).toContainEqual(listed);
  });

  const ids = async ({ get }: ApiFixture, limit: number): Promise<string[][]> => {
    const pages: string[][] = [];
    let after = "";
    for (;;) {
      const { body } = await get(`${path}?limit=${limit}${after}`);
      pages.push(body.items.map((one: { id: string }) => one.id));
      if (body.next === null) return pages;
      after = `&after=${encodeURIComponent(body.next)}`;
    }
  };

  test("returns pages, newest first, without duplicates or gaps, even for equal times", async () => {
    const fixture = await apiFixture(database);
    fixture.later({ hours: 1 });
    for (const id of ["a", "b", "c"]) await fixture.post(path, { id, version: id });
    fixture.later({ hours: 1 });
    await fixture.post(path, { id: "d", version: "d" });
    const pages = await ids(fixture, 3);
    expect(pages.map((page) => page.length)).toEqual([3, 3, 2]);
    expect(pages[0]?.[0]).toBe("d");
    expect(pages.flat().slice(1, 4).sort()).toEqual(["a", "b", "c"]);
    expect(pages.flat().sort()).toEqual(["1", "2", "3", "4", "a", "b", "c", "d"]);
  });

  test.each([
    ...["x", "1.x", "1.2.3", "-1.00000000-0000-4000-8000-000000000000", "%00"],
    "8640000000000000.00000000-0000-4000-8000-000000000000",
  ])("%s is no place in it: 422", async (after) => {
    const { get } = await apiFixture(database);
    expect(problemIn(await get(`${path}?after=${after}`))).toEqual([422, "validation"]);
  });
});
