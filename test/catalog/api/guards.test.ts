import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as webhooks from "../../../db/deployments/webhooks.ts";
import { requesterRoles } from "../../../db/schema/index.ts";
import { system } from "../../../src/domain/shared/actor.ts";
import { archiveIntegration } from "../../../src/usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../../src/usecases/catalog/archive-project.ts";
import { deleteRole } from "../../../src/usecases/people/delete-role.ts";
import { createRole, saveRole } from "../../../src/usecases/people/save-role.ts";
import { accepted, by, commerce, refusal } from "../../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { projectReads } from "../../support/projects.ts";
import { type ApiFixture, apiFixture, problemIn } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

type Stated = { slug: string; name: string; critical?: boolean };

/** Reads a pipeline such as "development prod!": `!` is critical, `.` is not, and neither leaves it open. */
const pipelineOf = (text: string): Stated[] =>
  text.split(" ").map((word) => {
    const slug = word.replace(/[!.]$/, "");
    const critical = word.endsWith("!") ? true : word.endsWith(".") ? false : undefined;
    return { slug, name: slug, ...(critical === undefined ? {} : { critical }) };
  });

const written = ({ body }: { body: { pipeline: Stated[] } }): string =>
  body.pipeline.map(({ slug, critical }) => `${slug}${critical ? "!" : ""}`).join(" ");

const put = (fixture: ApiFixture, text: string, more: object = {}) =>
  fixture.put("/projects/commerce", { name: "Commerce", pipeline: pipelineOf(text), ...more });

async function archive({ organizationId, context }: ApiFixture): Promise<void> {
  const reads = projectReads(database.database.db, organizationId);
  const projectId = await reads.projectId("commerce");
  const { version } = await reads.project(projectId);
  const editing = { organizationId, actor: by("ada"), surface: "slack" as const, projectId, version };
  accepted(await archiveProject(context, editing));
}

/** Returns every row except tokens, whose last use changes, and those that tell the admins of the refusal. */
async function settingsRows(fixture: ApiFixture): Promise<object> {
  const rows = await fixture.allRows();
  const told = ["apiTokens", "auditLog", "changeDigests", "outbox"];
  return Object.fromEntries(Object.entries(rows).filter(([table]) => !told.includes(table)));
}

const onlyCritical = { options: { gate: "critical" as const } };
const withRoles = {
  roles: [
    { name: "Developers", members: [] },
    { name: "Operators", members: [] },
  ],
  projects: [{ ...commerce, requesters: ["Developers"] }],
};

describe("R1: a token never lowers a guard of a pipeline", () => {
  test.each([
    ["a critical environment is replaced by one that states nothing", "development staging prod"],
    ["a critical environment is replaced by another critical one", "development staging prod!"],
    ["a critical environment is dropped", "development staging"],
    ["a critical environment is not critical any longer", "development staging production."],
    ["what comes before a critical environment is dropped", "development production"],
    ["what comes before a critical environment is replaced", "development qa production"],
    ["what comes before a critical environment changes places", "staging development production"],
    ["an environment without a review is put before a critical one", "development staging qa production"],
    ["a critical environment becomes the first", "production development staging"],
    ["everything is replaced", "a b c"],
  ])("%s: refused, and nothing is changed", async (_, text) => {
    const fixture = await apiFixture(database, onlyCritical);
    const before = await settingsRows(fixture);
    const answer = await put(fixture, text);
    expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
    expect(answer.body.detail).toContain("Production");
    expect(answer.body.detail).toContain("ada can make this change in Slack, in Settings.");
    expect(answer.body.whoCan).toEqual([{ id: "UADA", name: "ada" }]);
    expect(await settingsRows(fixture)).toEqual(before);
  });

  test.each([
    ["the same", "development staging production"],
    ["one more behind, critical because it comes after one", "development staging production dr"],
    ["another critical environment before it", "development staging qa! production"],
    ["a critical one more", "development staging! production"],
  ])("%s: accepted", async (_, text) => {
    const fixture = await apiFixture(database, onlyCritical);
    const answer = await put(fixture, text);
    expect(answer.status).toBe(200);
    expect(written(answer)).toBe(text.replace("production", "production!").replace("dr", "dr!"));
  });

  test.each([
    ["slug, by an exchange", ["production", "Staging"], ["staging", "Production"]],
    ["slug, while it is renamed", ["production", "Staging"], ["old", "Production"]],
    ["name, while it is renamed", ["staging", "production"], ["production", "Old"]],
  ])("no other environment takes a critical one's %s", async (_, [slug, name], [oldSlug, oldName]) => {
    const fixture = await apiFixture(database, onlyCritical);
    const before = await settingsRows(fixture);
    const pipeline = [
      { slug: "development", name: "Development" },
      { slug, name, ...(slug === "staging" ? {} : { previousSlug: "staging" }) },
      { slug: oldSlug, name: oldName, ...(oldSlug === "production" ? {} : { previousSlug: "production" }) },
    ];
    const answer = await fixture.put("/projects/commerce", { name: "Commerce", pipeline });
    expect([answer.status, answer.body.code]).toEqual([409, "guard-lowered"]);
    expect(await settingsRows(fixture)).toEqual(before);
  });

  test("a token for one project does not learn from a rename which other projects exist", async () => {
    const fixture = await apiFixture(database);
    const reads = projectReads(database.database.db, fixture.organizationId);
    const { text: token } = await fixture.newToken(["catalog:write"], await reads.projectId("commerce"));
    const body = { name: "New", previousSlug: "missing", pipeline: pipelineOf("development") };
    expect(problemIn(await fixture.put("/projects/new", body, { token }))).toEqual([403, "token-project"]);
  });

  test("where every promotion is reviewed, a reviewed environment never becomes the first", async () => {
    const pipeline = commerce.environments.map((one) => ({ ...one, critical: false }));
    const fixture = await apiFixture(database, { projects: [{ ...commerce, environments: pipeline }] });
    for (const text of ["staging production", "production development staging"]) {
      const answer = await put(fixture, text);
      expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
      expect(answer.body.detail).toContain("would become the first environment, which is never reviewed.");
    }
    expect((await put(fixture, "development qa staging production")).status).toBe(200);
  });

  test("a project that comes back is as guarded as it was when it was archived", async () => {
    const fixture = await apiFixture(database, onlyCritical);
    await archive(fixture);
    for (const text of ["development staging production.", "development staging prod", "a b"]) {
      expect(problemIn(await put(fixture, text))).toEqual([409, "guard-lowered"]);
    }
    expect(written(await put(fixture, "development staging production"))).toBe(
      "development staging production!",
    );
  });

  test("a new project is as its catalog says: unstated is not critical, and everyone may request", async () => {
    const { put: send } = await apiFixture(database, onlyCritical);
    const answer = await send("/projects/new", { name: "New", pipeline: pipelineOf("a b! c") });
    expect([written(answer), answer.body.requesterRoles]).toEqual(["a b! c", []]);
  });
});

describe("R14: a token never widens who may request", () => {
  test.each([
    ["everyone", []],
    ["one more role", ["Developers", "Operators"]],
    ["another role", ["Operators"]],
  ])("%s: refused", async (_, roles) => {
    const fixture = await apiFixture(database, withRoles);
    const answer = await put(fixture, "development staging production", { requesterRoles: roles });
    expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
    expect(answer.body.detail).toContain("More people than Developers could request.");
  });

  test("fewer roles are accepted, and so are roles where everyone could request", async () => {
    const fixture = await apiFixture(database, withRoles);
    const open = { name: "Open", pipeline: pipelineOf("a b") };
    await fixture.put("/projects/open", open);
    for (const requesterRoles of [["Developers", "Operators"], ["Operators"]]) {
      const answer = await fixture.put("/projects/open", { ...open, requesterRoles });
      expect(answer.body.requesterRoles).toEqual(requesterRoles);
    }
  });

  test("a role that is renamed still guards, and one that takes its old name does not count", async () => {
    const fixture = await apiFixture(database, withRoles);
    const { organizationId, context } = fixture;
    const as = { organizationId, actor: by("ada"), surface: "slack" as const };
    const roleId = fixture.role("Developers");
    accepted(await saveRole(context, { ...as, roleId, version: 1, name: "Makers", holders: null }));
    accepted(
      await createRole(context, { ...as, name: "Developers", holders: { projectId: null, memberIds: [] } }),
    );
    const answer = await put(fixture, "development staging production", { requesterRoles: ["Developers"] });
    expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
    expect((await put(fixture, "development staging production")).body.requesterRoles).toEqual(["Makers"]);
  });

  test("the role of an archived project cannot be deleted, so the project does not come back open", async () => {
    const fixture = await apiFixture(database, withRoles);
    await archive(fixture);
    const { organizationId, context } = fixture;
    const as = { organizationId, actor: by("ada"), surface: "slack" as const };
    const deleting = { ...as, roleId: fixture.role("Developers"), version: 1 };
    expect(refusal(await deleteRole(context, deleting))).toMatchObject({
      ...{ code: "role-in-use", archivedProjects: ["Commerce"] },
    });
    expect((await put(fixture, "development staging production")).body.requesterRoles).toEqual([
      "Developers",
    ]);
  });

  test("a project that lost its role while it was archived, as an earlier version allowed, does not come back open", async () => {
    const fixture = await apiFixture(database, withRoles);
    await archive(fixture);
    await database.database.db.delete(requesterRoles);
    for (const more of [{}, { requesterRoles: [] }, { requesterRoles: ["Operators"] }]) {
      const answer = await put(fixture, "development staging production", more);
      expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
    }
    const roles = { requesterRoles: ["Developers"] };
    expect((await put(fixture, "development staging production", roles)).status).toBe(201);
  });
});

describe("R1: a token never gives up a webhook", () => {
  const at = "/projects/commerce/integrations/orders";

  async function withWebhook(): Promise<ApiFixture> {
    const fixture = await apiFixture(database);
    await database.database.db.transaction((tx) =>
      webhooks.save(tx, {
        ...{ organizationId: fixture.organizationId, integrationId: fixture.integration() },
        ...{ url: "https://deploys.example", secret: "x", oldSecrets: [], silenceMinutes: 60, version: 1 },
        ...{ savedBy: system("test"), savedAt: fixture.clock.now },
      }),
    );
    expect((await fixture.put(at, { name: "Orders", deployer: "webhook" })).status).toBe(200);
    return fixture;
  }

  test("refused, and nothing is changed", async () => {
    const fixture = await withWebhook();
    const before = await settingsRows(fixture);
    const answer = await fixture.put(at, { name: "Orders", deployer: "record" });
    expect(problemIn(answer)).toEqual([409, "guard-lowered"]);
    expect(answer.body.detail).toContain("Orders would no longer be deployed by its webhook.");
    expect(await settingsRows(fixture)).toEqual(before);
  });

  test("also when the integration was archived, or is renamed in the same call", async () => {
    const fixture = await withWebhook();
    const { organizationId, context } = fixture;
    const projectId = await projectReads(database.database.db, organizationId).projectId("commerce");
    const as = { organizationId, actor: by("ada"), surface: "slack" as const, projectId };
    const renamed = { name: "Sales", previousSlug: "orders", deployer: "record" };
    const path = "/projects/commerce/integrations/sales";
    expect(problemIn(await fixture.put(path, renamed))).toEqual([409, "guard-lowered"]);
    accepted(await archiveIntegration(context, { ...as, integrationId: fixture.integration() }));
    expect(problemIn(await fixture.put(at, { name: "Orders", deployer: "record" }))).toEqual([
      ...[409, "guard-lowered"],
    ]);
    expect((await fixture.put(at, { name: "Orders" })).body.deployer).toBe("webhook");
  });
});
