import { afterAll, beforeAll, expect, test } from "vitest";
import { buildCatalog, refusal } from "../support/catalog.ts";
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
