import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getProjectDetails } from "../../src/queries/catalog/get-projects.ts";
import { saveProject } from "../../src/usecases/catalog/save-project.ts";
import { accepted, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectFixture } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const fixture = (who?: string) => projectFixture(database, who);
const ada = { id: idOf("ada"), name: "ada" };

describe("a project", () => {
  test("is created with its environments in order, and its requesters", async () => {
    const { create, role, project } = await fixture();
    const made = accepted(await create({ requesterRoleIds: [role("Reviewer"), role("Reviewer")] }));
    expect(made.restored).toBe(false);
    expect(await project(made.projectId)).toMatchObject({
      name: "Finance",
      slug: "finance",
      version: 1,
      environments: ["test", "live!"],
      requesters: ["Reviewer"],
    });
  });

  test.each([
    ["its name", { name: "commerce" }, "Commerce"],
    ["its short name", { slug: "commerce" }, "commerce"],
    ["both", { name: "Commerce", slug: "commerce" }, "commerce"],
  ])("is not created where %s is taken", async (_, change, name) => {
    const { create, allRows } = await fixture();
    const before = await allRows();
    expect(refusal(await create(change))).toMatchObject({ code: "name-taken", name });
    expect(await allRows()).toEqual(before);
  });

  test.each([
    ["no environment", [], { code: "too-few-environments" }],
    [
      "two environments of one short name",
      [
        { name: "A", slug: "a", critical: false },
        { name: "A 2", slug: "a", critical: false },
      ],
      { code: "name-taken", name: "A 2" },
    ],
    [
      "21 environments",
      Array.from({ length: 21 }, (_, i) => ({ name: `E${i}`, slug: `e${i}`, critical: false })),
      { code: "too-many-environments", limit: 20 },
    ],
  ])("is not created with %s", async (_, environments, expected) => {
    const { create, allRows } = await fixture();
    const before = await allRows();
    expect(refusal(await create({ environments }))).toMatchObject(expected);
    expect(await allRows()).toEqual(before);
  });

  test("when two use one name at once, one learns that it is taken", async () => {
    const { create, save } = await fixture();
    const both = await Promise.all([
      create({ slug: "finance-1" }),
      create({ slug: "finance-2", name: "FINANCE" }),
      create({ name: "Money", slug: "finance-1" }),
      save({ name: "Finance", slug: "finance-2" }),
    ]);
    const codes = both.map((result) => (result.ok ? "done" : result.refusal.code));
    for (const code of codes) expect(["done", "name-taken"]).toContain(code);
    expect(codes.filter((code) => code === "done").length).toBeGreaterThan(0);
    expect(codes.filter((code) => code === "name-taken").length).toBeGreaterThan(0);
  });

  test("is renamed, and its requests stay", async () => {
    const { requested, save, project, projectId, state } = await fixture();
    const number = await requested();
    expect(accepted(await save({ name: "Shop", slug: "shop" }))).toEqual({ version: 2 });
    expect(await project(projectId)).toMatchObject({ name: "Shop", slug: "shop", version: 2 });
    expect(await state(number)).toMatchObject({ projectId, state: "pending" });
  });

  test("R14: its requesters are the current ones, without deleted roles", async () => {
    const { save, role, request, projectId, project } = await fixture();
    accepted(await save({ requesterRoleIds: [role("Reviewer")] }));
    expect(refusal(await request("dana"))).toMatchObject({ code: "not-requester", roles: ["Reviewer"] });
    accepted(await save({ requesterRoleIds: [] }));
    accepted(await request("dana"));
    const gone = await save({ requesterRoleIds: [role("Reviewer"), randomUUID()] });
    expect(refusal(gone)).toEqual({ code: "not-found", what: "role" });
    expect(await project(projectId)).toMatchObject({ requesters: [], version: 3 });
  });

  test("when two edit it at once, the second learns who changed it and when", async () => {
    const { save, clock, editing, pipeline } = await fixture();
    const { version } = await editing();
    accepted(await save({ name: "Shop" }));
    const stale = { code: "stale", by: ada, at: clock.now };
    expect(refusal(await save({ name: "Store", version }))).toEqual(stale);
    expect(refusal(await pipeline((now) => now.slice(1), version))).toEqual(stale);
  });

  test("saved at once by two, it is changed once", async () => {
    const { save, editing } = await fixture();
    const { version } = await editing();
    const both = await Promise.all([save({ name: "A", version }), save({ name: "B", version })]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test("saved as it is, nothing is counted and nothing is written down", async () => {
    const { save, allRows } = await fixture();
    const before = await allRows();
    expect(accepted(await save())).toEqual({ version: 1 });
    expect(await allRows()).toEqual(before);
  });

  test("is archived only once nothing is open in it, and nothing can be promoted in it then", async () => {
    const { requested, archive, cancel, request, save, projectId, editing } = await fixture();
    const number = await requested();
    expect(refusal(await archive())).toEqual({ code: "request-in-the-way", number });
    accepted(await cancel("dana", number));
    const seen = await editing();
    accepted(await archive());
    expect(refusal(await request("dana"))).toEqual({ code: "archived", what: "project" });
    expect(refusal(await save({ version: seen.version + 1 }))).toEqual({
      code: "not-found",
      what: "project",
    });
    expect(seen.projectId).toBe(projectId);
  });

  test("comes back under its short name with its history, its integrations and what is live", async () => {
    const { archive, create, promoting, report, project, projectId, live, environment, audit, state } =
      await fixture();
    const { number, deploymentId } = await promoting();
    accepted(await report(deploymentId, { status: "succeeded" }));
    accepted(await archive());
    const environments = ["Development", "Staging", "QA"].map((name) => {
      return { name, slug: name.toLowerCase(), critical: false };
    });
    const back = accepted(await create({ name: "Commerce again", slug: "commerce", environments }));
    expect(back).toEqual({ projectId, restored: true });
    expect(await project(projectId)).toMatchObject({
      name: "Commerce again",
      version: 3,
      environments: ["development", "staging", "qa"],
      integrations: ["orders"],
    });
    expect(await live(environment("staging"))).toBe("1.3.0");
    expect(await state(number)).toMatchObject({ projectId, state: "promoted" });
    expect((await audit()).at(-1)).toMatchObject({
      action: "project.restored",
      before: { archived: true },
      after: { archived: false, version: 3 },
    });
  });

  test("an archived one's name is free, its short name is not for a rename", async () => {
    const { archive, create, context, by: by_, project } = await fixture();
    accepted(await archive());
    const { projectId } = accepted(await create({ name: "Commerce", slug: "shop" }));
    const { version } = await project(projectId);
    const renamed = await saveProject(context, {
      ...{ ...by_, projectId, version, name: "Commerce", slug: "commerce", requesterRoleIds: [] },
    });
    expect(refusal(renamed)).toEqual({ code: "name-taken", name: "commerce", archived: true });
  });
});

test.each(["", "no-project", "00000000-0000-0000-0000-000000000000"])(
  'the id "%s" of a damaged or old button is of no project',
  async (id) => {
    const { organizationId } = await projectFixture(database);
    expect(await getProjectDetails(database.database.db, organizationId, id)).toBeUndefined();
  },
);

test("one organization's projects are not another's", async () => {
  const here = await fixture();
  const there = await fixture();
  const result = await saveProject(here.context, {
    ...{ ...here.by, projectId: there.projectId, version: 1 },
    ...{ name: "Mine", slug: "mine", requesterRoleIds: [] },
  });
  expect(refusal(result)).toEqual({ code: "not-found", what: "project" });
});
