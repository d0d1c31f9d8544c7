import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import postgres from "postgres";
import { z } from "zod";
import { migrate } from "../../../db/connection/migrate.ts";
import type { SlackStandIn } from "../../../sandbox/slack/index.ts";
import { testDatabase } from "../../support/database.ts";
import { startTestStack, type TestStack } from "../../support/test-stack.ts";
import { channels, env, groups } from "./previous/story.ts";

const migrations = fileURLToPath(new URL("../../../db/migrations", import.meta.url));

/** How many migrations the version had that previous.json was made with. */
const previousMigrations = 10;

const json = z.record(z.string(), z.unknown());

const previousState = z.object({
  at: z.string(),
  tokens: z.record(z.string(), z.string()),
  reports: z.record(z.string(), z.object({ path: z.string(), token: z.string() })),
  messages: z.array(
    z.object({
      ...{ channel: z.string(), ts: z.string(), user: z.string(), text: z.string() },
      blocks: z.array(json),
    }),
  ),
  views: z.array(z.object({ userId: z.string(), view: json })),
  tables: z.record(z.string(), z.array(json)),
});

type PreviousState = z.infer<typeof previousState>;

type UpgradeOptions = { webhookUrl?: string; change?: (slack: SlackStandIn) => void };

export type Upgraded = TestStack & { previous: PreviousState };

/**
 * Starts this version on the database of the previous version, in a workspace that has its messages and open modals. Times
 * are moved as if the previous version had stopped a minute ago.
 *
 * @param options.webhookUrl the receiver of its webhooks
 * @param options.change changes the workspace before the start
 */
export async function startUpgraded({
  webhookUrl = "http://127.0.0.1:9/hook",
  change = () => {},
}: UpgradeOptions = {}): Promise<Upgraded> {
  const previous = await readPreviousState(webhookUrl);
  const database = await testDatabase({ migrated: false });
  await migrateToPrevious(database.url);
  await restoreTables(database.url, previous.tables);
  const prepare = (slack: SlackStandIn) => {
    restoreSlack(slack, previous);
    change(slack);
  };
  const stack = await startTestStack({ database, empty: true, env, prepare, slack: { channels, groups } });
  return Object.assign(stack, { previous });
}

async function readPreviousState(webhookUrl: string): Promise<PreviousState> {
  const text = await readFile(new URL("./previous.json", import.meta.url), "utf8");
  const { at } = previousState.parse(JSON.parse(text));
  const shiftMs = Date.now() - 60_000 - Date.parse(at);
  const moved = text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, (time) =>
      new Date(Date.parse(time) + shiftMs).toISOString(),
    )
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+\/hook/g, webhookUrl);
  return previousState.parse(JSON.parse(moved));
}

/** Applies the migrations of the previous version only. */
async function migrateToPrevious(url: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "signoff-previous-migrations-"));
  try {
    await cp(migrations, folder, { recursive: true });
    const path = join(folder, "meta", "_journal.json");
    const journal = z
      .looseObject({ entries: z.array(z.unknown()) })
      .parse(JSON.parse(await readFile(path, "utf8")));
    const entries = journal.entries.slice(0, previousMigrations);
    await writeFile(path, JSON.stringify({ ...journal, entries }));
    await migrate(url, { folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function restoreTables(url: string, tables: PreviousState["tables"]): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.begin(async (tx) => {
      // A replica session checks no foreign keys, so the order of the tables does not matter.
      await tx`set local session_replication_role = replica`;
      for (const [name, rows] of Object.entries(tables)) {
        await tx`
          insert into ${tx(name)} overriding system value
          select * from jsonb_populate_recordset(null::${tx(name)}, ${tx.json(rows as never)})`;
      }
      await restoreCounters(tx);
    });
  } finally {
    await sql.end();
  }
}

/** Lets the numbers that the database gives continue after those that were restored. */
async function restoreCounters(tx: postgres.TransactionSql): Promise<void> {
  const columns = await tx<{ table: string; column: string }[]>`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = 'public' and is_identity = 'YES'`;
  for (const { table, column } of columns) {
    await tx`
      select setval(pg_get_serial_sequence(${table}, ${column}), max(${tx(column)})) from ${tx(table)}
      having count(*) > 0`;
  }
}

function restoreSlack({ workspace }: SlackStandIn, { messages, views }: PreviousState): void {
  for (const { id } of workspace.people) workspace.openDm([id]);
  for (const { ts, ...message } of messages) {
    // A message keeps its time, by which the bot finds it again.
    Object.assign(workspace.post(message), { ts });
  }
  for (const { userId, view } of views) workspace.views.push(userId, view, true);
}
