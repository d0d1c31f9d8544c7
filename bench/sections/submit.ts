import type postgres from "postgres";
import { type Bench, type Listener, send, startBot } from "../listeners.ts";
import { command, submission, workspace } from "../payloads.ts";
import { type Child, startChild } from "../process.ts";
import { integrationPath, seed, setReviewers } from "../seed.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

const reviewers = [1, 10, 500] as const;
const each = 60;

type Setup = { sql: postgres.Sql; bot: Listener; providers: Child; load: Child };
type Measured = { command: number[]; submission: number[] };

/**
 * Measures requests for promotion, one at a time: `/promote` until its modal is open and the command
 * acknowledged, and the submission until its acknowledgment, when it is committed. Notifying the reviewers
 * comes later, and is held back here.
 */
export async function submit(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("submit");
  const needed = reviewers.length * each * (bench.rounds + 1);
  await seed(sql, { integrations: needed, reviewers: Math.max(...reviewers), pending: 0, past: 0 });
  const { bot, providers, stop } = await startBot(url, { held: true });
  const load = startChild("load.ts");
  const all = new Map<number, Measured>(reviewers.map((count) => [count, { command: [], submission: [] }]));
  let next = 1;
  try {
    for (let round = 0; round <= bench.rounds; round++) {
      for (const count of reviewers) {
        await setReviewers(sql, count);
        const measured = await ask({ sql, bot, providers, load }, next);
        next += each;
        if (round === 0) continue;
        all.get(count)?.command.push(...measured.command);
        all.get(count)?.submission.push(...measured.submission);
      }
      bench.say(`submit: round ${round} of ${bench.rounds}`);
    }
  } finally {
    await Promise.all([stop(), load.stop()]);
  }
  return [...all].flatMap(([count, { command, submission }]) => [
    row(`/promote to its modal, ${people(count)}`, command),
    row(`submission to its ack, ${people(count)}`, submission),
  ]);
}

const people = (count: number) => (count === 1 ? "1 reviewer" : `${count} reviewers`);

const row = (what: string, latencies: readonly number[]): Row => ({
  section: "submit",
  what,
  result: `${formatNumber(median(latencies))} ms`,
  p50: quantile(latencies, 0.5),
  p99: quantile(latencies, 0.99),
});

async function ask({ sql, bot, providers, load }: Setup, first: number): Promise<Measured> {
  const numbers = Array.from({ length: each }, (_, i) => first + i);
  const triggers = numbers.map((number) => `trigger-${number}`);
  const to = { port: bot.port, inFlight: 1 };
  const commands = numbers.map((number) =>
    command("/promote", integrationPath(number), workspace.requesterId, `trigger-${number}`),
  );
  const before = await countRequests(sql);
  const opened = await send(load, { ...to, bodies: commands });
  const modals = await providers.ask<string[]>("modals", triggers);
  const submitted = await send(load, { ...to, bodies: modals.map(submission) });
  const made = (await countRequests(sql)) - before;
  if (made !== each) throw new Error(`${each} submissions made ${made} requests: ${submitted.firstBody}`);
  return { command: opened.latenciesMs, submission: submitted.latenciesMs };
}

async function countRequests(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from requests`;
  return row?.count ?? 0;
}
