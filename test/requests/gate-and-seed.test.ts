import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSeed } from "../../src/usecases/catalog/load-seed.ts";
import { buildCatalog, commerce, refusal } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await testDatabase();
});

afterAll(() => database?.drop());

test("R1: what the system approved while the workflow was off is not tried again once it is on", async () => {
  const fixture = await buildCatalog(database, { enabled: false });
  const number = await fixture.requested();
  const { deploymentId } = (await fixture.state(number)) as unknown as { deploymentId: string };
  await fixture.report(deploymentId, { status: "failed", reason: "no disk" });
  await fixture.saveWorkflow({ enabled: true });
  expect(refusal(await fixture.promote("dana", number))).toMatchObject({ code: "not-reviewed", number });
});

test("an environment that a seed file's project leaves out is archived, so that the pipeline is the file's", async () => {
  const fixture = await buildCatalog(database);
  const environments = commerce.environments.filter(({ slug }) => slug !== "staging");
  const integrations = commerce.integrations.map((integration) => ({ ...integration, live: {} }));
  const projects = [{ ...commerce, environments, integrations }];
  await loadSeed(fixture.context, fixture.organizationId, { roles: [], projects, workflow: undefined });
  const sql = database.database.sql;
  const left =
    await sql`select slug from environments where organization_id = ${fixture.organizationId} and archived_at is null order by position`;
  expect(left.map(({ slug }) => slug)).toEqual(environments.map(({ slug }) => slug));
});
