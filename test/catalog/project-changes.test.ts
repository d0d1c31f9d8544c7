import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as workflows from "../../db/workflow/workflow.ts";
import type { Environment } from "../../src/domain/catalog/pipeline.ts";
import { archiveProject } from "../../src/usecases/catalog/archive-project.ts";
import { createProject } from "../../src/usecases/catalog/create-project.ts";
import { followSettings } from "../../src/usecases/workflow/follow-settings.ts";
import { saveWorkflow } from "../../src/usecases/workflow/save-workflow.ts";
import { accepted, buildCatalog, by, idOf, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { fresh, projectFixture } from "../support/projects.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const fixture = (who?: string) => projectFixture(database, who);
const ada = { id: idOf("ada"), name: "ada" };

type Snapshot = { environments: Environment[] };
type Fixture = Awaited<ReturnType<typeof fixture>>;
const verbs: [string, (of: Fixture) => Promise<unknown>][] = [
  ["create a project", (of) => of.create()],
  ["edit a project", (of) => of.save({ name: "Shop" })],
  ["change a pipeline", (of) => of.pipeline((now) => [...now, fresh("qa")])],
  ["archive an environment", (of) => of.archiveEnvironment("production")],
  ["create an integration", (of) => of.integrate()],
  ["archive an integration", (of) => of.archiveIntegration(of.integration())],
  ["archive a project", (of) => of.archive()],
];

describe("R13: a person who is not an admin", () => {
  test.each(verbs)("cannot %s, and learns who can", async (_, act) => {
    const of = await fixture("bob");
    const before = await of.allRows();
    expect(await act(of)).toEqual({ ok: false, refusal: { code: "not-admin", admins: [ada] } });
    expect(await of.allRows()).toEqual(before);
  });
});

describe("R12: a change of a project", () => {
  test.each(verbs)("is audited, and shown wherever settings show: %s", async (_, act) => {
    const of = await fixture();
    const woken = of.clock.woken;
    const rows = (await of.audit()).length;
    expect(await act(of)).toMatchObject({ ok: true });
    const added = (await of.audit()).slice(rows);
    expect(added).toHaveLength(1);
    expect(added[0]).toMatchObject({ actor: by("ada"), surface: "slack", at: of.clock.now });
    expect(added[0]?.before).not.toEqual(added[0]?.after);
    expect(await of.outbox("settings-changed")).toHaveLength(1);
    expect(of.clock.woken).toBeGreaterThan(woken);
  });

  test("has its before and its after", async () => {
    const { save, pipeline, audit, role, projectId } = await fixture();
    accepted(await save({ name: "Shop", requesterRoleIds: [role("Reviewer")] }));
    accepted(await pipeline((now) => now.slice(0, 2)));
    const rows = (await audit()).slice(-2);
    expect(rows[0]).toMatchObject({
      action: "project.saved",
      subject: `project:${projectId}`,
      before: { name: "Commerce", version: 1, requesterRoles: [] },
      after: { name: "Shop", version: 2, requesterRoles: [{ name: "Reviewer" }] },
    });
    const { after, before } = rows[1] as { after: Snapshot; before: Snapshot };
    expect(before).toEqual(rows[0]?.after);
    expect(rows[1]).toMatchObject({ action: "pipeline.saved", after: { version: 3 } });
    expect(before.environments).toHaveLength(3);
    expect(after.environments.map(({ slug }) => slug)).toEqual(["development", "staging"]);
  });

  test("of an integration too", async () => {
    const { integrate, archiveIntegration: archiveIt, audit } = await fixture();
    const { integrationId } = accepted(await integrate());
    accepted(await archiveIt(integrationId));
    expect((await audit()).slice(-2)).toMatchObject([
      { action: "integration.created", before: null, after: { name: "Stock", archived: false } },
      { action: "integration.archived", before: { archived: false }, after: { archived: true } },
    ]);
  });
});

test("R4: an open request is redrawn with the current names", async () => {
  const { requested, pipeline, context, organizationId, state, outbox } = await fixture();
  const number = await requested();
  const { version } = await state(number);
  accepted(
    await pipeline((now) =>
      now.map((one) => (one.slug === "staging" ? { ...one, name: "Stage", critical: true } : one)),
    ),
  );
  await followSettings(context, organizationId);
  expect(await state(number)).toMatchObject({ state: "pending", version: version + 1 });
  expect((await outbox("request-changed")).at(-1)?.payload).toMatchObject({ number, event: "changed" });
});

test("R6: a new project counts for the workflow at once, an archived one no more", async () => {
  const role = { name: "Commerce Reviewer", members: [{ memberId: idOf("bob"), projects: ["commerce"] }] };
  const built = await buildCatalog(database, { roles: [role] });
  const { context, organizationId } = built;
  const by_ = { organizationId, actor: by("ada"), surface: "slack" as const };
  const save = async () => {
    const current = await workflows.current(database.database.db, organizationId);
    const roleIds = [built.role("Commerce Reviewer")];
    return saveWorkflow(context, { ...by_, workflow: { ...current, roleIds } });
  };
  accepted(await save());
  const environments = [{ name: "Test", slug: "test", critical: false }];
  const finance = { name: "Finance", slug: "finance", requesterRoleIds: [], environments };
  const { projectId } = accepted(await createProject(context, { ...by_, ...finance }));
  expect(refusal(await save())).toMatchObject({
    code: "dead-workflow",
    projects: [{ name: "Finance", available: 0 }],
  });
  accepted(await archiveProject(context, { ...by_, projectId, version: 1 }));
  accepted(await save());
});
