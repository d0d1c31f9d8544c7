import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accepted, buildCatalog, by, commerce, idOf } from "../support/catalog.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database?.drop());

test("R12: every change of a request has its row: who, what, when, where from, before and after", async () => {
  const fixture = await buildCatalog(database, { options: { requiredApprovals: 2 } });
  const number = await fixture.requested({ message: "please" });
  fixture.later({ hours: 1 });
  accepted(await fixture.review("bob", number, "approve", "fine"));
  accepted(await fixture.review("carol", number, "approve"));
  const { deploymentId } = accepted(await fixture.promote("dora", number));
  accepted(await fixture.report(deploymentId, { status: "failed", reason: "boom" }));
  accepted(await fixture.cancel("ada", number, "too late"));
  const audit = await fixture.audit(number);
  expect(audit.map(({ action, actor }) => [action, actor])).toEqual([
    ["request.requested", by("dana")],
    ["request.reviewed", by("bob")],
    ["request.approved", by("carol")],
    ["request.promoting", by("dora")],
    ["request.failed", { kind: "system", reason: "test" }],
    ["request.cancelled", by("ada")],
  ]);
  expect(audit[0]).toMatchObject({
    surface: "slack",
    at: new Date("2026-03-02T09:00:00.000Z"),
    before: null,
    after: {
      version: 1,
      buildId: fixture.build("3"),
      requesterId: idOf("dana"),
      message: "please",
      state: { name: "pending", expiresAt: "2026-03-09T09:00:00.000Z" },
    },
  });
  expect(audit[1]).toMatchObject({
    at: new Date("2026-03-02T10:00:00.000Z"),
    before: { approvals: 0 },
    after: { approvals: 1, review: { verdict: "approve", comment: "fine", replaces: null } },
  });
  // The state after one change is the state before the next: there is no unseen change.
  for (const [i, row] of audit.slice(1).entries()) {
    expect(audit[i]?.after).toMatchObject(row.before as object);
  }
});

test("R12: members are named by id, never by email", async () => {
  const fixture = await buildCatalog(database);
  const { deploymentId } = await fixture.promoting();
  accepted(await fixture.report(deploymentId, { status: "succeeded" }));
  expect(JSON.stringify(await fixture.audit())).not.toContain("@acme.example");
});

test("R12: a change that cannot be audited does not happen", async () => {
  const fixture = await buildCatalog(database);
  const number = await fixture.requested();
  const before = await fixture.allRows();
  const { sql } = database.database;
  const constraint = "no_audit";
  await sql.unsafe(
    `alter table audit_log add constraint ${constraint} check (organization_id <> '${fixture.organizationId}') not valid`,
  );
  try {
    await expect(fixture.review("bob", number, "approve")).rejects.toThrow();
    await expect(fixture.cancel("dana", number)).rejects.toThrow();
  } finally {
    await sql.unsafe(`alter table audit_log drop constraint ${constraint}`);
  }
  expect(await fixture.allRows()).toEqual(before);
});

describe("R12: rows that are never changed", () => {
  test.each(["audit_log", "workflow_versions"])(
    "R12: %s refuses update, delete and truncate",
    async (table) => {
      const fixture = await buildCatalog(database);
      await fixture.requested();
      const before = await fixture.allRows();
      const { sql } = database.database;
      for (const statement of [
        `update ${table} set organization_id = organization_id where organization_id = '${fixture.organizationId}'`,
        `delete from ${table} where organization_id = '${fixture.organizationId}'`,
        `delete from ${table} where false`,
        `truncate ${table}`,
        "truncate organizations cascade",
      ]) {
        await expect(sql.unsafe(statement)).rejects.toThrow("is append-only");
      }
      expect(await fixture.allRows()).toEqual(before);
    },
  );
});

describe("R12: settings that come from a seed", () => {
  test("R12: loading the same again adds nothing", async () => {
    const fixture = await buildCatalog(database);
    const before = await fixture.allRows();
    await fixture.seed({ projects: [commerce] });
    await fixture.hold("Reviewer", ["carol", "bob"]);
    expect(await fixture.allRows()).toEqual(before);
  });

  test("R12: each saved version of the workflow, with what held before", async () => {
    const fixture = await buildCatalog(database);
    await fixture.seed({
      workflow: {
        enabled: false,
        roles: ["Admin"],
        assignees: [idOf("ada")],
        options: { requiredApprovals: 1 },
      },
      roles: [{ name: "Admin", members: [{ memberId: idOf("ada"), projects: null }] }],
    });
    expect((await fixture.audit()).at(-1)).toMatchObject({
      action: "workflow.saved",
      subject: "workflow",
      surface: "seed",
      before: { version: 1, enabled: true, roleIds: [fixture.role("Reviewer")] },
      after: { version: 2, enabled: false, roleIds: [fixture.role("Admin")], assigneeIds: [idOf("ada")] },
    });
  });

  test("R12: the holders of a role, before and after", async () => {
    const fixture = await buildCatalog(database);
    await fixture.hold("Reviewer", ["bob"]);
    const holding = (name: string) => ({ memberId: idOf(name), projectId: null });
    expect((await fixture.audit()).at(-1)).toMatchObject({
      action: "role.saved",
      subject: `role:${fixture.role("Reviewer")}`,
      before: { name: "Reviewer", holdings: [holding("bob"), holding("carol")] },
      after: { name: "Reviewer", holdings: [holding("bob")] },
    });
  });

  test("R12: a role without holders", async () => {
    const fixture = await buildCatalog(database);
    await fixture.hold("Auditor", []);
    expect((await fixture.audit()).at(-1)).toMatchObject({
      action: "role.created",
      before: null,
      after: { name: "Auditor", holdings: [] },
    });
  });

  test.each<[string, string, Partial<typeof commerce>]>([
    ["a project's name", "project.saved", { name: "Trade" }],
    ["a project's requester roles", "project.saved", { requesters: ["Reviewer"] }],
    [
      "an environment's name",
      "pipeline.saved",
      { environments: commerce.environments.map((one) => ({ ...one, name: `${one.name}!` })) },
    ],
    [
      "an integration's name",
      "integration.saved",
      { integrations: commerce.integrations.map((one) => ({ ...one, name: `${one.name}!` })) },
    ],
  ])("R12: %s", async (_what, action, change) => {
    const fixture = await buildCatalog(database);
    const count = (await fixture.audit()).length;
    await fixture.seed({
      roles: [
        {
          name: "Reviewer",
          members: ["bob", "carol"].map((name) => ({ memberId: idOf(name), projects: null })),
        },
      ],
      projects: [{ ...commerce, ...change }],
    });
    const added = (await fixture.audit()).slice(count);
    expect(added.map(({ action }) => action)).toEqual([action]);
    expect(added[0]?.after).not.toEqual(added[0]?.before);
  });

  test("R12: a build that is live by decree, and the requests that show it are drawn again", async () => {
    const fixture = await buildCatalog(database);
    const number = await fixture.requested();
    const [orders] = commerce.integrations;
    await fixture.seed({
      projects: [
        {
          ...commerce,
          integrations: [{ ...(orders as NonNullable<typeof orders>), live: { staging: "1" } }],
        },
      ],
    });
    expect((await fixture.audit()).at(-1)).toMatchObject({
      action: "deployment.recorded",
      before: { live: { version: "1.2.0" } },
      after: { live: { version: "1.1.0" } },
    });
    expect((await fixture.state(number)).version).toBe(2);
  });
});
