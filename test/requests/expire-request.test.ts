import { afterAll, beforeAll, expect, test } from "vitest";
import { system } from "../../src/domain/shared/actor.ts";
import { expireOverdue } from "../../src/usecases/requests/expire-request.ts";
import { accepted, buildCatalog } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

// The job reads every organization, so each test has its own database.
let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

test("R11: the job writes down what has expired, at the instant at which it expired", async () => {
  await database.truncate();
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  fixture.later({ days: 7, ms: -1 });
  expect(await expireOverdue(fixture.context)).toBe(0);
  fixture.later({ hours: 5 });
  expect(await expireOverdue(fixture.context)).toBe(1);
  expect(await fixture.state(number)).toMatchObject({
    state: "expired",
    version: 2,
    closedAt: new Date("2026-03-09T09:00:00.000Z"),
    expiresAt: null,
    outcome: null,
  });
  expect((await fixture.audit(number)).at(-1)).toMatchObject({
    action: "request.expired",
    actor: system("its time ran out"),
    surface: "job",
    before: { state: { name: "pending" } },
    after: { state: { name: "expired" } },
  });
  expect(await fixture.outbox("request-changed")).toMatchObject([
    { payload: { event: "requested" } },
    { payload: { event: "expired", number, version: 2 } },
  ]);
  expect(await expireOverdue(fixture.context)).toBe(0);
});

test("R11: an approved and a failed request expire as well; promoting and closed ones do not", async () => {
  await database.truncate();
  const [approved, failed, promoting, rejected] = [
    await buildCatalog(database),
    await buildCatalog(database),
    await buildCatalog(database),
    await buildCatalog(database),
  ];
  const ids = {
    approved: await approved.approved(),
    failed: await failed.promoting(),
    promoting: await promoting.promoting(),
    rejected: await rejected.requested(),
  };
  accepted(await failed.report(ids.failed.deploymentId, { status: "failed", reason: null }));
  accepted(await rejected.review("bob", ids.rejected, "reject"));
  approved.later({ days: 30 });
  expect(await expireOverdue(approved.context)).toBe(2);
  expect(await approved.state(ids.approved)).toMatchObject({ state: "expired", outcome: "approved" });
  expect((await failed.state(ids.failed.number)).state).toBe("expired");
  expect((await promoting.state(ids.promoting.number)).state).toBe("promoting");
  expect((await rejected.state(ids.rejected)).state).toBe("rejected");
});

test("R11: the job takes the longest overdue first, and at most so many", async () => {
  await database.truncate();
  const [first, second] = [await buildCatalog(database), await buildCatalog(database)];
  const older = await first.requested();
  second.later({ hours: 1 });
  const newer = await second.requested();
  second.later({ days: 8 });
  expect(await expireOverdue(second.context, 1)).toBe(1);
  expect((await first.state(older)).state).toBe("expired");
  expect((await second.state(newer)).state).toBe("pending");
});

test("R11: one request that cannot be read does not keep the others open", async () => {
  await database.truncate();
  const [broken, fixture] = [await buildCatalog(database), await buildCatalog(database)];
  const bad = await broken.requested();
  await database.database.sql`
    update requests set state = 'failed', deployment_id = null where organization_id = ${broken.organizationId} and number = ${bad}`;
  fixture.later({ ms: 1 });
  const number = await fixture.requested();
  fixture.later({ days: 8 });
  await expect(expireOverdue(fixture.context)).rejects.toThrow();
  expect((await fixture.state(number)).state).toBe("expired");
});
