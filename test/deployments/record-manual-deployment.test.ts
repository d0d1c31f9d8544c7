import { asc, eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { builds, deployments } from "../../db/schema/index.ts";
import { archiveEnvironment } from "../../src/usecases/catalog/archive-environment.ts";
import { archiveIntegration } from "../../src/usecases/catalog/archive-integration.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import {
  type RecordManualDeployment,
  recordManualDeployment,
} from "../../src/usecases/deployments/record-manual-deployment.ts";
import { accepted, buildCatalog, by, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { projectReads } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

async function fixture() {
  const built = await buildCatalog(database);
  const { organizationId, context, environment, integration } = built;
  const { db } = database.database;
  const reads = projectReads(db, organizationId);
  const editing = async () => {
    const projectId = await reads.projectId("commerce");
    const { version } = await reads.project(projectId);
    return { organizationId, actor: by("ada"), surface: "slack" as const, projectId, version };
  };
  return {
    ...built,
    editing,
    record: (change: Partial<RecordManualDeployment> = {}) =>
      recordManualDeployment(context, {
        ...{ organizationId, actor: by("ada"), surface: "slack", integrationId: integration() },
        ...{ environmentId: environment("development"), version: "2.0.0", commit: null, link: null },
        ...change,
      }),
    /** Returns the builds of a version, oldest first. */
    buildsOf: async (version: string) => {
      const rows = await db
        .select()
        .from(builds)
        .where(eq(builds.organizationId, organizationId))
        .orderBy(asc(builds.createdAt), asc(builds.id));
      return rows.filter((row) => row.version === version);
    },
    deployment: async (id: string) => {
      const [row] = await db.select().from(deployments).where(eq(deployments.id, id));
      return row;
    },
  };
}

describe("a recorded deployment", () => {
  test("is live from now on, and can be promoted", async () => {
    const { record, live, environment, deployment, request, buildsOf } = await fixture();
    const link = "https://ci.example/7";
    const { deploymentId } = accepted(await record({ commit: "abc", link }));
    expect(await live(environment("development"))).toBe("2.0.0");
    expect(await deployment(deploymentId)).toMatchObject({
      ...{ status: "succeeded", requestNumber: null, startedBy: by("ada"), link },
    });
    const [build] = await buildsOf("2.0.0");
    expect(build).toMatchObject({ version: "2.0.0", commit: "abc", link, digest: null });
    accepted(await request("dana", { buildId: build?.id ?? "" }));
  });

  test.each([
    ["the same commit", "abc", "abc", 1],
    ["no commit twice", null, null, 1],
    ["the commit left out the second time", "abc", null, 1],
    ["another commit", "abc", "def", 2],
    ["a commit where there was none", null, "abc", 2],
  ])("of the same version and %s", async (_, first, second, count) => {
    const { record, buildsOf, environment } = await fixture();
    accepted(await record({ commit: first }));
    accepted(await record({ commit: second, environmentId: environment("staging") }));
    expect(await buildsOf("2.0.0")).toHaveLength(count);
  });

  test("of a build that a pipeline brought is of that build, and the id of another build is no version", async () => {
    const { record, buildsOf, live, environment } = await fixture();
    accepted(await record({ version: "1.4.0", commit: "c0ffee4" }));
    expect(await buildsOf("1.4.0")).toHaveLength(1);
    accepted(await record({ version: "2", commit: null }));
    expect(await live(environment("development"))).toBe("2");
  });

  test("R2: of the same build in both environments, there is nothing to promote", async () => {
    const { record, environment, request, buildsOf } = await fixture();
    accepted(await record({ commit: "abc" }));
    accepted(await record({ commit: "abc", environmentId: environment("staging") }));
    const [build] = await buildsOf("2.0.0");
    expect(refusal(await request("dana", { buildId: build?.id ?? "" }))).toMatchObject({
      ...{ code: "already-live", version: "2.0.0", target: "Staging" },
    });
  });

  test("by two at once is one build", async () => {
    const { record, buildsOf } = await fixture();
    const all = await Promise.all([1, 2, 3].map(() => record({ commit: "abc" })));
    for (const one of all) accepted(one);
    expect(await buildsOf("2.0.0")).toHaveLength(1);
  });

  test("has the cards of open requests around it drawn again, and Homes", async () => {
    const { record, requested, outbox, state, environment } = await fixture();
    const number = await requested();
    const { version } = await state(number);
    accepted(await record({ environmentId: environment("production") }));
    expect((await state(number)).version).toBe(version);
    accepted(await record({ environmentId: environment("staging") }));
    expect((await state(number)).version).toBe(version + 1);
    expect((await outbox("request-changed")).at(-1)?.payload).toMatchObject({ number, event: "changed" });
    expect((await outbox("draw-homes")).length).toBeGreaterThan(0);
  });

  test("R9: what it changed since the request must be confirmed", async () => {
    const { record, approved, promote, environment } = await fixture();
    const number = await approved();
    accepted(await record({ environmentId: environment("staging") }));
    expect(refusal(await promote("dana", number))).toMatchObject({ code: "must-confirm", number });
  });

  test("R12: is audited with what was live before and after", async () => {
    const { record, audit, build, environment, integration, buildsOf } = await fixture();
    const { deploymentId } = accepted(await record());
    const [built] = await buildsOf("2.0.0");
    expect((await audit()).at(-1)).toMatchObject({
      ...{ actor: by("ada"), surface: "slack", action: "deployment.recorded" },
      subject: `deployment:${deploymentId}`,
      before: { live: { buildId: build("3"), version: "1.3.0" } },
      after: {
        ...{ integrationId: integration(), environmentId: environment("development") },
        live: { buildId: built?.id, version: "2.0.0" },
      },
    });
  });
});

describe("is refused, and nothing changes,", () => {
  type Fixture = Awaited<ReturnType<typeof fixture>>;
  const admins = [{ id: idOf("ada"), name: "ada" }];
  const archived = async (of: Fixture, what: "environment" | "integration" | "project") => {
    const at = await of.editing();
    if (what === "environment") {
      const environmentId = of.environment("development");
      return accepted(await archiveEnvironment(of.context, { ...at, environmentId }));
    }
    if (what === "project") return accepted(await archiveProject(of.context, at));
    return accepted(await archiveIntegration(of.context, { ...at, integrationId: of.integration() }));
  };
  const none = "00000000-0000-4000-8000-000000000000";
  test.each<[string, (of: Fixture) => Promise<unknown>, Partial<RecordManualDeployment>, object]>([
    ["R13: by somebody who is no admin", async () => {}, { actor: by("bob") }, { code: "not-admin", admins }],
    [
      "of no integration",
      async () => {},
      { integrationId: none },
      { code: "not-found", what: "integration" },
    ],
    [
      "in no environment",
      async () => {},
      { environmentId: none },
      { code: "not-found", what: "environment" },
    ],
    [
      "in an archived environment",
      (of) => archived(of, "environment"),
      {},
      { code: "not-found", what: "environment" },
    ],
    [
      "of an archived integration",
      (of) => archived(of, "integration"),
      {},
      { code: "archived", what: "integration" },
    ],
    ["in an archived project", (of) => archived(of, "project"), {}, { code: "archived", what: "project" }],
  ])("%s", async (_, prepare, change, expected) => {
    const of = await fixture();
    await prepare(of);
    const before = await of.allRows();
    expect(refusal(await of.record(change))).toEqual(expected);
    expect(await of.allRows()).toEqual(before);
  });
});
