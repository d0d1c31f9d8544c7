import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { printReport } from "../../../src/seed/print-report.ts";
import { startUpgraded, type Upgraded } from "./start-upgraded.ts";

let stack: Upgraded;
let file: string;

beforeAll(async () => {
  stack = await startUpgraded();
  await stack.settle();
  file = await readFile(new URL("./previous/seed.yml", import.meta.url), "utf8");
});
afterAll(() => stack?.stop());

/** Returns the file without the role that differs from another one in case only. */
const corrected = (): string => file.replace(/ {2}- name: release managers[^\n]*\n[^\n]*\n/, "");

/** What the file says too, and an admin may have changed since. */
const settings = [
  "projects",
  "environments",
  "integrations",
  "requester_roles",
  "workflow_versions",
] as const;

async function readSettings() {
  const { sql } = stack.database.database;
  const lists = settings.map(async (table) => [
    ...(await sql`select * from ${sql(table)} t order by t::text`),
  ]);
  const holdings = sql`
    select r.name, h.member_id from role_holdings h join roles r on r.id = h.role_id
    where r.name <> 'Contractors' order by 1, 2`;
  return [...(await Promise.all(lists)), [...(await holdings)]];
}

describe("upgrade: the file that the previous version was set up with", () => {
  test("is refused where its names are the same, with the line, and nothing is changed", async () => {
    const before = await readSettings();
    await expect(stack.load(file)).rejects.toThrow("line 7: role release managers is there twice");
    expect(await readSettings()).toEqual(before);
  });

  test("is loaded once that is corrected, resets nothing, and the values that were kept are named", async () => {
    const before = await readSettings();
    const printed = printReport("seed.yml", await stack.load(corrected()));
    expect(printed).toContain("requiredApprovals stays 2; the file says 1");
    expect(await readSettings()).toEqual(before);
  });

  test("changes nothing when it is loaded again", async () => {
    const before = await readSettings();
    expect(printReport("seed.yml", await stack.load(corrected()))).toContain("Nothing to change.");
    expect(await readSettings()).toEqual(before);
  });
});
