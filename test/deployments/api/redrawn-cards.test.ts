import { afterAll, beforeAll, expect, test } from "vitest";
import { findByExternalId } from "../../../db/deployments/builds-list.ts";
import { getRequest } from "../../../src/queries/requests/get-request.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { type ApiFixture, apiFixture } from "../../web/api/support.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

const integration = "/projects/commerce/integrations/orders";

/** Requests build 5 for Staging, where build 2 is live. It was built two hours after it. */
async function requestedFive(fixture: ApiFixture): Promise<number> {
  fixture.later({ hours: 2 });
  await fixture.post(`${integration}/builds`, { id: "5", version: "1.5.0" });
  await fixture.post(`${integration}/deployments`, { id: "5", build: "5", environment: "development" });
  const { organizationId } = fixture;
  const build = await findByExternalId(database.database.db, organizationId, fixture.integration(), "5");
  return fixture.requested({ buildId: build?.id ?? "" });
}

const hoursAgo = ({ clock }: ApiFixture, hours: number) =>
  new Date(clock.now.getTime() - hours * 3_600_000).toISOString();

async function seen(fixture: ApiFixture, number: number) {
  const request = await getRequest(fixture.context.db, fixture.organizationId, number, fixture.clock.now);
  const skipped = request?.comparison?.remarks.find(({ kind }) => kind === "skipped");
  const { version } = await fixture.state(number);
  const redrawn = (await fixture.outbox("request-changed")).length;
  return { skipped: skipped?.kind === "skipped" ? skipped.count : 0, version, redrawn };
}

test("a build that was built between the two of an open request is counted as skipped, and its cards are redrawn", async () => {
  const fixture = await apiFixture(database);
  const number = await requestedFive(fixture);
  const before = await seen(fixture, number);
  await fixture.post(`${integration}/builds`, {
    id: "late",
    version: "1.4.9",
    builtAt: hoursAgo(fixture, 1),
  });
  const after = await seen(fixture, number);
  expect(after.skipped).toBe(before.skipped + 1);
  expect(after.version).toBe(before.version + 1);
});

test.each([
  [
    "built before both",
    (fixture: ApiFixture) => ({ id: "late", version: "0.1.0", builtAt: hoursAgo(fixture, 9) }),
  ],
  [
    "known, with an earlier time",
    (fixture: ApiFixture) => ({ id: "5", version: "1.5.0", builtAt: hoursAgo(fixture, 9) }),
  ],
  [
    "known, with a time between",
    (fixture: ApiFixture) => ({ id: "1", version: "1.1.0", builtAt: hoursAgo(fixture, 1) }),
  ],
])("a build that is %s changes no count and redraws no card", async (_, build) => {
  const fixture = await apiFixture(database);
  const number = await requestedFive(fixture);
  const before = await seen(fixture, number);
  const { status } = await fixture.post(`${integration}/builds`, build(fixture));
  expect(status).toBeLessThan(300);
  expect(await seen(fixture, number)).toEqual(before);
});
