import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findNamed } from "../../../src/queries/catalog/find-integrations.ts";
import { accepted, by, refusal } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { fresh, projectFixture, projectReads } from "../../support/projects.ts";
import { type ApiFixture, apiFixture, problemIn, rowsOf } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase({ lockTimeoutMs: 30_000 });
});
afterAll(() => database?.drop());

type Stated = { slug: string; name: string; previousSlug?: string; critical?: boolean };

const development = { slug: "development", name: "Development" };
const staging = { slug: "staging", name: "Staging" };
const production = { slug: "production", name: "Production" };
const prod = { slug: "prod", name: "Prod", previousSlug: "production" };

const put = (fixture: ApiFixture, ...pipeline: Stated[]) =>
  fixture.put("/projects/commerce", { name: "Commerce", pipeline });

const written = ({ body }: { body: { pipeline: Stated[] } }): string =>
  body.pipeline.map(({ slug, name, critical }) => `${slug} ${name}${critical ? "!" : ""}`).join(", ");

const renamed = "development Development, staging Staging, prod Prod!";

describe("an environment is renamed", () => {
  test("R1: it keeps its guard, its live build, and its open request; repeating it changes nothing", async () => {
    const fixture = await apiFixture(database);
    await fixture.deploy("staging", "2");
    const target = { targetId: fixture.environment("production"), buildId: fixture.build("2") };
    const number = await fixture.requested(target);
    const answer = await put(fixture, development, staging, prod);
    expect([answer.status, written(answer)]).toEqual([200, renamed]);
    expect(await fixture.live(fixture.environment("production"))).toBe("1.1.0");
    expect((await fixture.get(`/requests/${number}`)).body).toMatchObject({
      ...{ state: "pending", target: { slug: "prod", name: "Prod", critical: true } },
    });
    const before = await rowsOf(fixture);
    expect(written(await put(fixture, development, staging, prod))).toBe(renamed);
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("its former slug keeps leading to it: in catalogs, deployments, requests, and /promote", async () => {
    const fixture = await apiFixture(database);
    const { organizationId, context } = fixture;
    await put(fixture, development, { ...staging, slug: "stage", previousSlug: "staging" }, prod);
    const before = await rowsOf(fixture);
    const outdated = await put(fixture, development, staging, production);
    expect(written(outdated)).toBe("development Development, stage Staging, prod Prod!");
    expect(await rowsOf(fixture)).toEqual(before);
    const at = "/projects/commerce/integrations/orders/deployments";
    const deployment = { id: "d1", environment: "staging", build: "4" };
    expect((await fixture.post(at, deployment)).body).toMatchObject({ environment: "stage", live: true });
    const request = { project: "commerce", integration: "orders", target: "production" };
    expect((await fixture.post("/requests", request)).body).toMatchObject({ target: { slug: "prod" } });
    expect(await findNamed(context.db, organizationId, "orders Production")).toMatchObject({
      ...{ kind: "one", targetId: fixture.environment("production") },
    });
  });

  test("an outdated catalog may still change the rest, also the name to a new one", async () => {
    const fixture = await apiFixture(database);
    await put(fixture, development, staging, prod);
    const answer = await put(
      fixture,
      development,
      { ...staging, critical: true },
      { ...production, name: "Live" },
    );
    expect(written(answer)).toBe("development Development, staging Staging!, prod Live!");
  });

  test("it may return to its former slug", async () => {
    const fixture = await apiFixture(database);
    await put(fixture, development, staging, prod);
    const answer = await put(fixture, development, staging, { ...production, previousSlug: "prod" });
    expect(written(answer)).toBe("development Development, staging Staging, production Production!");
  });

  test("twice in a row: both former slugs lead to it, and an outdated rename changes nothing", async () => {
    const fixture = await apiFixture(database);
    await put(fixture, development, staging, prod);
    const live = { slug: "live", name: "Live", previousSlug: "prod" };
    expect(written(await put(fixture, development, staging, live))).toContain("live Live!");
    const before = await rowsOf(fixture);
    for (const outdated of [prod, production, { ...live, previousSlug: "production" }]) {
      expect(written(await put(fixture, development, staging, outdated))).toContain("live Live!");
    }
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("two exchange their slugs in one call, once", async () => {
    const fixture = await apiFixture(database, { options: { gate: "critical" } });
    const [id, otherId] = [fixture.environment("development"), fixture.environment("staging")];
    const exchanged = [
      { ...staging, previousSlug: "development" },
      { ...development, previousSlug: "staging" },
      production,
    ];
    for (let i = 0; i < 2; i++) {
      expect(written(await put(fixture, ...exchanged))).toContain("staging Staging, development Development");
      expect(await fixture.live(id)).toBe("1.3.0");
      expect(await fixture.live(otherId)).toBe("1.2.0");
    }
    const reads = projectReads(database.database.db, fixture.organizationId);
    const { environmentIds } = await reads.project(await reads.projectId("commerce"));
    expect(environmentIds.slice(0, 2)).toEqual([id, otherId]);
  });

  test("one takes the slug that another gives up in the same call", async () => {
    const fixture = await apiFixture(database, { options: { gate: "critical" } });
    const chain = [
      { slug: "staging", name: "Sandbox", previousSlug: "development" },
      { slug: "qa", name: "QA", previousSlug: "staging" },
      production,
    ];
    for (let i = 0; i < 2; i++) {
      expect(written(await put(fixture, ...chain))).toBe("staging Sandbox, qa QA, production Production!");
    }
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.2.0");
  });

  test.each<[string, Stated[], number, string]>([
    ["a previous slug that nothing had", [{ ...prod, previousSlug: "prodution" }], 404, "not-found"],
    ["the slug of another one", [{ ...production, previousSlug: "staging" }, production], 409, "name-taken"],
    ["one environment, twice", [prod, production], 409, "name-taken"],
  ])("%s is refused, and nothing is changed", async (_, stated, status, code) => {
    const fixture = await apiFixture(database);
    const before = await rowsOf(fixture);
    expect(problemIn(await put(fixture, development, staging, ...stated))).toEqual([status, code]);
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("a former slug is reserved, in Slack too, and the refusal says for what", async () => {
    const fixture = await projectFixture(database);
    const rename = (slug: string, to: string) =>
      fixture.pipeline((current) => current.map((one) => (one.slug === slug ? { ...one, slug: to } : one)));
    accepted(await rename("production", "prod"));
    expect(refusal(await fixture.pipeline((current) => [...current, fresh("production")]))).toEqual({
      ...{ code: "name-taken", name: "production", archived: false, formerlyOf: "Production" },
    });
    expect(refusal(await rename("staging", "production"))).toMatchObject({ formerlyOf: "Production" });
    accepted(await rename("prod", "production"));
    accepted(await fixture.pipeline((current) => [...current, fresh("dr")]));
  });
});

describe("an integration is renamed", () => {
  const at = (slug: string) => `/projects/commerce/integrations/${slug}`;
  const sales = { name: "Sales", previousSlug: "orders" };

  test("it keeps its builds and what is live; repeating it changes nothing, and the former slug leads to it", async () => {
    const fixture = await apiFixture(database);
    const answer = await fixture.put(at("sales"), sales);
    expect([answer.status, answer.body]).toMatchObject([200, { slug: "sales", name: "Sales" }]);
    const before = await rowsOf(fixture);
    expect((await fixture.put(at("sales"), sales)).body).toEqual(answer.body);
    expect((await fixture.put(at("orders"), { name: "Orders" })).body).toEqual(answer.body);
    expect(await rowsOf(fixture)).toEqual(before);
    for (const slug of ["orders", "sales"]) {
      expect((await fixture.get(`${at(slug)}/builds`)).body.items).toHaveLength(4);
    }
    expect((await fixture.get("/requests?project=commerce&integration=orders")).status).toBe(200);
    const found = await findNamed(fixture.context.db, fixture.organizationId, "commerce/ORDERS staging");
    expect(found).toMatchObject({ kind: "one", integration: { slug: "sales" } });
    const changed = { name: "Sold", compareUrl: "https://git.example/{from}/{to}" };
    expect((await fixture.put(at("orders"), changed)).body).toMatchObject({ slug: "sales", ...changed });
  });

  test("a former slug is reserved, and a rename of nothing is refused", async () => {
    const fixture = await apiFixture(database);
    await fixture.put(at("sales"), sales);
    await fixture.put(at("stock"), { name: "Stock" });
    const taken = await fixture.put(at("orders"), { name: "Stock 2", previousSlug: "stock" });
    expect(problemIn(taken)).toEqual([409, "name-taken"]);
    expect(taken.body.detail).toBe(
      "The slug orders once belonged to Sales and still leads there. Choose another one.",
    );
    const nothing = await fixture.put(at("new"), { name: "New", previousSlug: "oders" });
    expect(problemIn(nothing)).toEqual([404, "not-found"]);
    expect(nothing.body.detail).toContain("No integration has or had the slug oders");
  });
});

describe("a project is renamed", () => {
  const pipeline = [development, staging, production];
  const shop = { name: "Shop", previousSlug: "commerce", pipeline };

  test("tokens of it keep working, and its former slug leads to it everywhere", async () => {
    const fixture = await apiFixture(database);
    const reads = projectReads(database.database.db, fixture.organizationId);
    const { text: token } = await fixture.newToken(undefined, await reads.projectId("commerce"));
    const answer = await fixture.put("/projects/shop", shop, { token });
    expect([answer.status, answer.body]).toMatchObject([200, { slug: "shop", name: "Shop" }]);
    const before = await rowsOf(fixture);
    expect((await fixture.put("/projects/shop", shop, { token })).body).toEqual(answer.body);
    const outdated = { name: "Commerce", pipeline };
    expect((await fixture.put("/projects/commerce", outdated, { token })).body).toEqual(answer.body);
    expect(await rowsOf(fixture)).toEqual(before);
    for (const path of ["", "/live", "/integrations/orders/builds"]) {
      expect((await fixture.get(`/projects/commerce${path}`, { token })).status).toBe(200);
    }
    const request = { project: "commerce", integration: "orders", target: "staging" };
    expect((await fixture.post("/requests", request, { token })).body).toMatchObject({
      project: { slug: "shop" },
    });
    const found = await findNamed(fixture.context.db, fixture.organizationId, "commerce/orders");
    expect(found).toMatchObject({ kind: "one", integration: { projectSlug: "shop" } });
  });

  test("ten calls at once rename it once, and two to different slugs leave one of them, with all former ones", async () => {
    const fixture = await apiFixture(database);
    const answers = await Promise.all(Array.from({ length: 10 }, () => fixture.put("/projects/shop", shop)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    const both = await Promise.all(
      ["market", "store"].map((slug) =>
        fixture.put(`/projects/${slug}`, { ...shop, name: slug, previousSlug: "shop" }),
      ),
    );
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const slugs = await Promise.all(
      ["commerce", "shop", "market", "store"].map(
        async (slug) => (await fixture.get(`/projects/${slug}`)).body.slug,
      ),
    );
    expect(new Set(slugs).size).toBe(1);
    expect(["market", "store"]).toContain(slugs[0]);
  });

  test("renamed in Slack, its former slug leads to it as well, and no other project takes it", async () => {
    const fixture = await projectFixture(database);
    accepted(await fixture.save({ slug: "shop", name: "Shop" }));
    const taken = refusal(await fixture.create({ slug: "commerce", name: "New" }));
    expect(taken).toEqual({ code: "name-taken", name: "commerce", archived: false, formerlyOf: "Shop" });
    const found = await findNamed(fixture.context.db, fixture.organizationId, "commerce/orders");
    expect(found).toMatchObject({ kind: "one", integration: { projectSlug: "shop" } });
    expect(fixture.by.actor).toEqual(by("ada"));
  });
});
