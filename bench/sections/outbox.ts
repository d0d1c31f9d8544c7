import type postgres from "postgres";
import type { Bench } from "../listeners.ts";
import { workspace } from "../payloads.ts";
import { startChild } from "../process.ts";
import type { OutboxRun } from "../processes/outbox.ts";
import { seed } from "../seed.ts";
import { formatNumber, median, type Row } from "../stats.ts";

const items = 3_000;

/**
 * Runs the bot's worker with its production concurrency. Each item is claimed, sent, and settled separately.
 */
export async function outbox(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("outbox");
  await seed(sql, { integrations: 1, reviewers: 1, pending: 0, past: 0 });
  const [providers, worker] = [startChild("providers.ts"), startChild("outbox.ts")];
  const sinkPort = await providers.ask<number>("listen");
  const rates = { sink: [] as number[], nothing: [] as number[] };
  try {
    for (let round = 0; round <= bench.rounds; round++) {
      for (const kind of ["sink", "nothing"] as const) {
        await fill(sql, `${round} ${kind}`);
        const run: OutboxRun = { databaseUrl: url, sinkPort: kind === "sink" ? sinkPort : null };
        const took = await worker.ask<number>("run", run);
        await check(sql);
        if (round > 0) rates[kind].push((items / took) * 1_000);
      }
      bench.say(`outbox: round ${round} of ${bench.rounds}`);
    }
    const counts = await providers.ask<Record<string, number>>("counts");
    if (counts.sink !== items * (bench.rounds + 1)) throw new Error(`The sink got ${counts.sink} items`);
  } finally {
    await Promise.all([providers.stop(), worker.stop()]);
  }
  return [
    row("deliveries to an HTTP sink that answers at once", rates.sink),
    row("claim and settle alone", rates.nothing),
  ];
}

const row = (what: string, rates: readonly number[]): Row => ({
  section: "outbox",
  what,
  result: `${formatNumber(median(rates))} /s`,
  note: `${items.toLocaleString("en-US")} items a round`,
});

async function fill(sql: postgres.Sql, round: string): Promise<void> {
  await sql`
    insert into outbox (organization_id, kind, key, payload, request_number, recipient_id)
    select ${workspace.teamId}, 'work', ${round} || ' ' || i, jsonb_build_object('cardId', gen_random_uuid()), i, 'U0R00000'
    from generate_series(1, ${items}) i`;
  await sql`vacuum (analyze) outbox`;
}

async function check(sql: postgres.Sql): Promise<void> {
  const [row] = await sql`select count(*)::int as open from outbox where outcome is distinct from 'done'`;
  if (row?.open !== 0) throw new Error(`${row?.open} items were not done`);
}
