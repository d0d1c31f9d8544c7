import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { migrate } from "../../db/connection/migrate.ts";
import { reserveConnection } from "../support/reserve-connection.ts";
import { eventually, startTestStack, type TestStack, textOf } from "../support/test-stack.ts";
import { harmsPrevious } from "./support/harms-previous.ts";

const folder = fileURLToPath(new URL("../../db/migrations", import.meta.url));

/** Earlier versions never ran with several replicas. */
const firstBesidePrevious = 5;

describe("a migration runs beside the previous version, so it only adds", async () => {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  test.each(files.slice(firstBesidePrevious))("%s", async (name) => {
    expect(harmsPrevious(await readFile(join(folder, name), "utf8"))).toEqual([]);
  });

  test.each([
    ['ALTER TABLE "requests" DROP COLUMN "reason"', /only adds/],
    ['ALTER TABLE "requests" RENAME COLUMN "reason" TO "why"', /only adds/],
    ['ALTER TABLE "requests" ADD COLUMN "why" text NOT NULL', /default/],
    ['ALTER TABLE "requests" ALTER COLUMN "reason" SET NOT NULL', /only adds/],
    ['ALTER TABLE "requests" ADD CONSTRAINT "c" CHECK (version > 0)', /NOT VALID/],
    ['CREATE UNIQUE INDEX "u" ON "requests" ("build_id")', /unique/],
    ['DROP TABLE "requests"', /only adds/],
    ["UPDATE requests SET reason = ''", /only adds/],
    [
      `ALTER TABLE "requests" ADD COLUMN "why" text;\nUPDATE requests SET why = 'x', reason = ''`,
      /only adds/,
    ],
    ["INSERT INTO organizations (id) VALUES ('T1')", /only adds/],
    ["CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN RAISE 'No'; END $$ LANGUAGE plpgsql", /error/],
  ])("refused: %s", (statement, words) => {
    expect(harmsPrevious(statement).join()).toMatch(words);
  });
});

test.each([
  `ALTER TABLE "requests" ADD COLUMN "why" text;\nUPDATE requests SET why = reason WHERE reason IS NOT NULL`,
  `CREATE TABLE "t" ("id" text);\n-- Fills it; and more.\nINSERT INTO t SELECT id FROM organizations`,
  "CREATE FUNCTION f() RETURNS trigger AS $$ BEGIN NEW.why := 1;\nRETURN NEW; END $$ LANGUAGE plpgsql;\nCREATE TRIGGER g BEFORE INSERT ON requests FOR EACH ROW EXECUTE FUNCTION f()",
])("adds, so the previous version runs on: %s", (migration) => {
  expect(harmsPrevious(migration)).toEqual([]);
});

describe("a running process and the next version's migration", () => {
  let stack: TestStack;
  let next: string;

  beforeAll(async () => {
    stack = await startTestStack();
    next = await nextVersion();
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(next, { recursive: true, force: true });
  });

  const applied = async () => {
    const rows = await stack.database.database.sql`
      select from information_schema.columns where table_name = 'requests' and column_name = 'of_the_next_version'`;
    return rows.length === 1;
  };

  test("while a long transaction reads what it must lock, people go on clicking; then it is applied", async () => {
    const reader = await reserveConnection(stack.database.database.sql);
    await reader`begin`;
    await reader`select count(*) from requests`;
    const migrating = migrate(stack.database.url, { folder: next });
    await eventually(async () => {
      const [waiting] = await stack.database.database.sql<{ count: number }[]>`
        select count(*)::int from pg_stat_activity
        where wait_event_type = 'Lock' and application_name = 'signoff migrate'`;
      expect(waiting?.count).toBe(1);
    });
    await stack.request("dana", "orders-sync");
    expect(await stack.press("bob", "approve_request")).toMatchObject({ status: 200, body: "" });
    await stack.app.idle();
    expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer");
    expect(await applied()).toBe(false);
    await reader`rollback`;
    reader.release();
    await migrating;
    expect(await applied()).toBe(true);
  });

  test("a process of the previous version works on after it", async () => {
    expect(await applied()).toBe(true);
    await stack.press("dana", "promote_request");
    await stack.settle();
    expect(textOf(stack.cardOf("bob"))).toContain("is live in Staging");
    await stack.request("dana", "inventory-feed");
    await stack.press("bob", "approve_request");
    await stack.app.idle();
    expect(textOf(stack.cardOf("bob"))).toContain("Approved by Bob Reviewer");
  });

  test("and it starts again after it, as in a rollback", async () => {
    await stack.restartWith({});
    await stack.request("dana", "commerce/billing production");
    expect(textOf(stack.cardOf("bob"))).toContain("Waiting for review");
  });

  test("what stays locked is given up, with nothing changed and in words", async () => {
    const after = await nextVersion(next);
    onTestFinished(() => rm(after, { recursive: true, force: true }));
    const reader = await reserveConnection(stack.database.database.sql);
    await reader`begin`;
    await reader`select count(*) from requests`;
    const migrating = migrate(stack.database.url, { folder: after, giveUpAfterMs: 100 });
    await expect(migrating).rejects.toThrow("stays locked by a long transaction");
    await reader`rollback`;
    reader.release();
    await migrate(stack.database.url, { folder: after });
  });
});

/** Copies the migrations and adds one that changes the tables every click needs. */
async function nextVersion(from = folder): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "signoff-migrations-"));
  await cp(from, copy, { recursive: true });
  const path = join(copy, "meta", "_journal.json");
  const journal = JSON.parse(await readFile(path, "utf8")) as {
    entries: { idx: number; version: string; when: number; tag: string; breakpoints: boolean }[];
  };
  const last = journal.entries.at(-1);
  if (last === undefined) throw new Error("There are no migrations");
  const tag = `${String(last.idx + 1).padStart(4, "0")}_next`;
  const again = from === folder ? "" : "_again";
  const statements = [
    `alter table requests add column of_the_next_version${again} text`,
    `alter table outbox add column of_the_next_version${again} integer default 0 not null`,
    `alter table cards add column of_the_next_version${again} boolean`,
    `create index of_the_next_version${again} on requests (of_the_next_version${again})`,
  ];
  expect(harmsPrevious(statements.join(";\n"))).toEqual([]);
  await writeFile(join(copy, `${tag}.sql`), statements.join(";\n--> statement-breakpoint\n"));
  journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag });
  await writeFile(path, JSON.stringify(journal));
  return copy;
}
