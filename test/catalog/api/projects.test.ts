import { and, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { projects } from "../../../db/schema/index.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import { archiveEnvironment } from "../../../src/usecases/catalog/archive-environment.ts";
import { archiveProject } from "../../../src/usecases/catalog/archive-project.ts";
import { accepted, by, idOf } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { projectReads } from "../../support/projects.ts";
import { type ApiFixture, apiFixture, problemIn, rowsOf } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  // Ten simultaneous calls wait for one another, which takes longer on a busy machine.
  database = await testDatabase({ lockTimeoutMs: 30_000 });
});
afterAll(() => database?.drop());

const finance = {
  name: "Finance",
  pipeline: [
    { slug: "test", name: "Test" },
    { slug: "live", name: "Live", critical: true },
  ],
};

const commerce = {
  name: "Commerce",
  pipeline: [
    { slug: "development", name: "Development", critical: false },
    { slug: "staging", name: "Staging", critical: false },
    { slug: "production", name: "Production", critical: true },
  ],
};

const idOfProject = async ({ organizationId }: ApiFixture, slug: string): Promise<string> => {
  const [row] = await database.database.db
    .select({ id: projects.id })
    .from(projects)
    .where(and(eq(projects.organizationId, organizationId), eq(projects.slug, slug)));
  return row?.id ?? "";
};

const settings = async (fixture: ApiFixture) =>
  (await fixture.audit()).filter(
    ({ action, surface }) => surface !== "seed" && /^(project|integration)\./.test(action),
  );

describe("PUT a project", () => {
  test("makes it, 201; the same again changes nothing, 200; R12: the token is in the audit log, once", async () => {
    const fixture = await apiFixture(database);
    const first = await fixture.put("/projects/finance", finance);
    const before = await rowsOf(fixture);
    const again = await fixture.put("/projects/finance", finance);
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(first.body).toEqual({
      ...{ slug: "finance", name: "Finance", requesterRoles: [], integrations: [] },
      pipeline: [
        { slug: "test", name: "Test", critical: false },
        { slug: "live", name: "Live", critical: true },
      ],
    });
    expect(await rowsOf(fixture)).toEqual(before);
    expect(await settings(fixture)).toMatchObject([
      {
        action: "project.created",
        surface: "api",
        actor: { kind: "token", memberId: idOf("ada"), makerId: idOf("ada") },
      },
    ]);
  });

  test("changes name, pipeline and requester roles in one go; roles that are left out stay", async () => {
    const fixture = await apiFixture(database);
    const named = { ...commerce, name: "Shop", requesterRoles: ["Reviewer"] };
    expect((await fixture.put("/projects/commerce", named)).body).toMatchObject({
      ...{ name: "Shop", requesterRoles: ["Reviewer"] },
    });
    const dr = { slug: "dr", name: "DR", critical: true };
    const pipeline = [...commerce.pipeline, dr];
    const { status, body } = await fixture.put("/projects/commerce", { name: "Shop", pipeline });
    expect(status).toBe(200);
    expect(body).toMatchObject({ requesterRoles: ["Reviewer"], pipeline });
    expect(await fixture.live(fixture.environment("production"))).toBe("1.1.0");
    expect((await settings(fixture)).map(({ action }) => action)).toEqual(["project.saved", "project.saved"]);
  });

  test("R1: whether an environment is critical stays where nothing is said of it, also when it comes back", async () => {
    const fixture = await apiFixture(database);
    const silent = commerce.pipeline.map(({ slug, name }) => ({ slug, name }));
    const put = (pipeline: object[]) => fixture.put("/projects/commerce", { name: "Commerce", pipeline });
    const before = await rowsOf(fixture);
    expect((await put(silent)).body).toMatchObject({ pipeline: commerce.pipeline });
    expect(await rowsOf(fixture)).toEqual(before);
    const projectId = await idOfProject(fixture, "commerce");
    const { organizationId, context } = fixture;
    const { version } = await projectReads(database.database.db, organizationId).project(projectId);
    accepted(
      await archiveEnvironment(context, {
        ...{ organizationId, actor: by("ada"), surface: "slack", projectId, version },
        environmentId: fixture.environment("production"),
      }),
    );
    expect((await put(silent)).body).toMatchObject({ pipeline: commerce.pipeline });
  });

  test("an archived one comes back, with its history", async () => {
    const fixture = await apiFixture(database);
    const { organizationId, context } = fixture;
    const reads = projectReads(database.database.db, organizationId);
    const projectId = await reads.projectId("commerce");
    const { version } = await reads.project(projectId);
    accepted(
      await archiveProject(context, {
        organizationId,
        actor: by("ada"),
        surface: "slack",
        projectId,
        version,
      }),
    );
    expect(problemIn(await fixture.get("/projects/commerce"))).toEqual([404, "not-found"]);
    expect((await fixture.put("/projects/commerce", commerce)).status).toBe(201);
    expect(await fixture.live(fixture.environment("staging"))).toBe("1.2.0");
    expect((await settings(fixture)).map(({ action }) => action)).toEqual([
      "project.archived",
      "project.restored",
    ]);
  });

  test.each([
    ["a name that another has", { ...commerce, name: "Commerce" }, "finance", 409, "name-taken"],
    ["an unknown role", { ...finance, requesterRoles: ["Nobody"] }, "finance", 404, "not-found"],
    ["no environment", { ...finance, pipeline: [] }, "finance", 422, "validation"],
    [
      "one slug twice",
      { ...finance, pipeline: [...finance.pipeline, ...finance.pipeline] },
      "finance",
      409,
      "name-taken",
    ],
  ])("%s is refused, and nothing is changed", async (_, body, slug, status, code) => {
    const fixture = await apiFixture(database);
    const before = await rowsOf(fixture);
    expect(problemIn(await fixture.put(`/projects/${slug}`, body))).toEqual([status, code]);
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("R3: an environment that an open request needs cannot go", async () => {
    const fixture = await apiFixture(database);
    const number = await fixture.requested();
    const pipeline = commerce.pipeline.filter(({ slug }) => slug !== "staging");
    const answer = await fixture.put("/projects/commerce", { ...commerce, pipeline });
    expect(problemIn(answer)).toEqual([409, "request-in-the-way"]);
    expect(answer.body.number).toBe(number);
  });

  test("a name that another has is refused without waiting for the project", async () => {
    const fixture = await apiFixture(database);
    await fixture.put("/projects/finance", finance);
    const answer = await database.database.sql.begin(async (holder) => {
      await holder`select from projects where organization_id = ${fixture.organizationId} and slug = 'finance' for update`;
      return fixture.put("/projects/finance", { ...finance, name: "Commerce" });
    });
    expect(problemIn(answer)).toEqual([409, "name-taken"]);
  });

  test("ten simultaneous calls with the same content create it once, and none fails", async () => {
    const { put } = await apiFixture(database);
    const answers = await Promise.all(Array.from({ length: 10 }, () => put("/projects/finance", finance)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(9).fill(200), 201]);
  });
});

describe("PUT an integration", () => {
  const path = "/projects/commerce/integrations/stock";

  test("makes it, and the same again changes nothing", async () => {
    const fixture = await apiFixture(database);
    const compareUrl = "https://git.example/stock/compare/{from}...{to}";
    const first = await fixture.put(path, { name: "Stock", compareUrl });
    const before = await rowsOf(fixture);
    const again = await fixture.put(path, { name: "Stock", compareUrl });
    expect([first.status, again.status]).toEqual([201, 200]);
    expect(first.body).toEqual({ slug: "stock", name: "Stock", deployer: "record", compareUrl, notes: [] });
    expect(await rowsOf(fixture)).toEqual(before);
  });

  test("what is left out stays as it is, and null takes the compare link away; R12: it is in the audit log", async () => {
    const fixture = await apiFixture(database);
    const compareUrl = "https://git.example/compare/{from}/{to}";
    await fixture.put(path, { name: "Stock", compareUrl });
    expect((await fixture.put(path, { name: "Stocks" })).body).toMatchObject({ name: "Stocks", compareUrl });
    expect((await fixture.put(path, { name: "Stocks", compareUrl: null })).body.compareUrl).toBeNull();
    expect(
      (await settings(fixture)).map(({ action, before, after }) => [action, before, after]),
    ).toMatchObject([
      ["integration.created", null, { compareUrl }],
      ["integration.saved", { name: "Stock" }, { name: "Stocks" }],
      ["integration.saved", { compareUrl }, { compareUrl: null }],
    ]);
  });

  test.each([
    "https://git.example/compare",
    "ftp://git.example/{from}/{to}",
    "javascript:{from}{to}",
    "https://{from}.example/{to}",
  ])("%s is no compare link", async (compareUrl) => {
    const { put } = await apiFixture(database);
    expect(problemIn(await put(path, { name: "Stock", compareUrl }))).toEqual([422, "validation"]);
  });

  test("the webhook deployer is refused until an admin has set up its webhook", async () => {
    const fixture = await apiFixture(database);
    const at = "/projects/commerce/integrations/orders";
    const refused = await fixture.put(at, { name: "Orders", deployer: "webhook" });
    expect(problemIn(refused)).toEqual([409, "no-webhook"]);
    expect(refused.body.detail).toContain("An admin sets it up in Slack");
    await database.database.db.transaction((tx) =>
      webhooks.save(tx, {
        ...{ organizationId: fixture.organizationId, integrationId: fixture.integration() },
        ...{ url: "https://deploys.example", secret: "x", oldSecrets: [], silenceMinutes: 60, version: 1 },
        ...{ savedBy: system("test"), savedAt: fixture.clock.now },
      }),
    );
    expect((await fixture.put(at, { name: "Orders", deployer: "webhook" })).body.deployer).toBe("webhook");
    expect((await fixture.put(at, { name: "Orders" })).body.deployer).toBe("webhook");
  });

  test("in a project that is not there it is 404", async () => {
    const { put } = await apiFixture(database);
    expect(problemIn(await put("/projects/none/integrations/stock", { name: "Stock" }))).toEqual([
      404,
      "not-found",
    ]);
  });
});

describe("a token of one project", () => {
  test("sees that one only, and writes in no other", async () => {
    const fixture = await apiFixture(database);
    await fixture.put("/projects/finance", finance);
    await fixture.put("/projects/finance/integrations/ledger", { name: "Ledger" });
    const { text: token } = await fixture.newToken(undefined, await idOfProject(fixture, "commerce"));
    const slugs = (await fixture.get("/projects", { token })).body.items.map(
      (one: { slug: string }) => one.slug,
    );
    expect(slugs).toEqual(["commerce"]);
    for (const path of ["", "/live", "/integrations/ledger/builds"]) {
      expect(problemIn(await fixture.get(`/projects/finance${path}`, { token }))).toEqual([404, "not-found"]);
    }
    const before = await rowsOf(fixture);
    const at = "/projects/finance/integrations/ledger";
    const refused = [
      await fixture.put("/projects/finance", { ...finance, name: "Mine" }, { token }),
      await fixture.put("/projects/new", finance, { token }),
      await fixture.put(at, { name: "Mine" }, { token }),
      await fixture.post(`${at}/builds`, { id: "1", version: "1" }, { token }),
      await fixture.post(`${at}/deployments`, { id: "1", build: "1", environment: "test" }, { token }),
    ];
    for (const answer of refused) expect(problemIn(answer)).toEqual([403, "token-project"]);
    expect(await rowsOf(fixture)).toEqual(before);
    expect((await fixture.put("/projects/commerce", commerce, { token })).status).toBe(200);
  });
});

describe("GET projects", () => {
  test("a page at a time, by slug, none twice and none left out", async () => {
    const fixture = await apiFixture(database);
    for (const slug of ["a", "b", "c", "d"])
      await fixture.put(`/projects/${slug}`, { ...finance, name: slug });
    const seen: string[] = [];
    let after = "";
    for (;;) {
      const { body } = await fixture.get(`/projects?limit=2${after}`);
      seen.push(...body.items.map((one: { slug: string }) => one.slug));
      if (body.next === null) break;
      after = `&after=${body.next}`;
    }
    expect(seen).toEqual(["a", "b", "c", "commerce", "d"]);
    expect(problemIn(await fixture.get("/projects?limit=101"))).toEqual([422, "validation"]);
    for (const path of ["/projects?after=a%00", "/projects/commerce/live?after=%00"]) {
      expect(problemIn(await fixture.get(path))).toEqual([422, "validation"]);
    }
  });

  test("with their integrations", async () => {
    const { get } = await apiFixture(database);
    expect((await get("/projects/commerce")).body).toMatchObject({
      ...commerce,
      integrations: [{ slug: "orders", name: "Orders", deployer: "record", compareUrl: null }],
    });
  });
});
