import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { claimSlot } from "../../../src/usecases/delivery/claim-slot.ts";
import { startUpgraded, type Upgraded } from "./start-upgraded.ts";

let stack: Upgraded;

beforeAll(async () => {
  stack = await startUpgraded();
  await stack.settle();
});
afterAll(() => stack?.stop());

/** Everything that decides who may do what, and what is guarded. */
const guardTables = [
  ...["api_tokens", "roles", "role_holdings", "requester_roles", "workflow_versions"],
  ...["projects", "environments", "integrations", "webhooks", "live_builds", "builds"],
] as const;

/** Returns the rows of a table with the columns that the previous version had. */
async function rowsNow(table: string): Promise<unknown[]> {
  const columns = Object.keys(stack.previous.tables[table]?.[0] ?? {});
  const rows = await stack.database.database.sql<{ row: Record<string, unknown> }[]>`
    select to_jsonb(t) as row from ${stack.database.database.sql(table)} t`;
  return sorted(rows.map(({ row }) => Object.fromEntries(columns.map((column) => [column, row[column]]))));
}

const isoTimes = /\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)/g;

/** Returns rows in a fixed order, with times in one notation. */
const sorted = (rows: readonly unknown[]): unknown[] =>
  rows
    .map((row) => JSON.stringify(row))
    .map((text) => text.replaceAll(isoTimes, (time) => new Date(time).toISOString()))
    .sort();

describe("upgrade: nothing is granted silently", () => {
  test.each(guardTables)("the start changes nothing in %s", async (table) => {
    expect(await rowsNow(table)).toEqual(sorted(stack.previous.tables[table] ?? []));
  });

  test("the audit log has no entry of the upgrade, because it changed nothing", async () => {
    const entries = await stack.database.database.sql<{ action: string }[]>`
      select action from audit_log where id > ${stack.previous.tables.audit_log?.length ?? 0}`;
    expect(entries.map(({ action }) => action)).toEqual([]);
  });

  test("the jobs change nothing either", async () => {
    const { context, organizationId } = stack.app;
    for (const job of ["expire", "remind", "silence", "forget", "prune"] as const)
      await claimSlot(context, organizationId, job, new Date(Date.now() + 60_000));
    await stack.settle();
    for (const table of guardTables) {
      expect(await rowsNow(table)).toEqual(sorted(stack.previous.tables[table] ?? []));
    }
  });
});
