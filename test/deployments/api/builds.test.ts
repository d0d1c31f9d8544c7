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
    expect(first.body).toEqual({ ...build, createdAt: fixture.clock.now.toISOString() });
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
    ["link", { link: "https://ci.example/10" }],
    ["author", { author: "Eve" }],
    ["commits", { commits: [] }],
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

  test("with more than 100 commits it is 422 and says what to do", async () => {
    const { post } = await apiFixture(database);
    const commits = Array.from({ length: 101 }, (_, i) => ({ hash: `${i}`, message: "" }));
    const answer = await post(path, { ...build, commits });
    expect(problemIn(answer)).toEqual([422, "validation"]);
    expect(answer.body.detail).toBe("body.commits: takes 100 commits at most: send the newest ones.");
    expect((await post(path, { ...build, commits: commits.slice(1) })).status).toBe(201);
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
    const { commits: _, ...listed } = (await post(path, build)).body;
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
