import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type postgres from "postgres";
import { hashOf, hintOf, newTokenText } from "../../src/usecases/tokens/token-text.ts";
import { buttonFor } from "../buttons.ts";
import { type Bench, type Listener, send, startBot } from "../listeners.ts";
import { approveClick, reviewerId, workspace } from "../payloads.ts";
import { type Child, startChild } from "../process.ts";
import type { Waited, WaitJob } from "../processes/waiters.ts";
import { seed } from "../seed.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

const clients = 100;
/**
 * How long the clients wait before the decision, and how often the connections are sampled in the meantime.
 */
const waits = { samples: 20, everyMs: 100 };

type Setup = { sql: postgres.Sql; decider: Listener; other: Listener; load: Child; waiters: Child };

type Measured = {
  firstMs: number;
  medianMs: number;
  lastMs: number;
  inUse: number;
  before: number;
  during: number;
};

const positions = ["where the decision is made", "at another replica"] as const;
type Where = (typeof positions)[number];

/**
 * Measures how long it takes to answer a hundred clients that long-poll one request when it is approved in
 * Slack. They wait at the replica that handles the click, and at another one, which learns about it through
 * NOTIFY.
 */
export async function waiting(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("waiting");
  const pending = positions.length * (bench.rounds + 1);
  await seed(sql, { integrations: pending, reviewers: 1, pending, past: 0 });
  const flags = ["--expose-gc"];
  const [first, second] = await Promise.all([startBot(url, { flags }), startBot(url, { flags })]);
  const [load, waiters] = [startChild("load.ts"), startChild("waiters.ts")];
  const setup = { sql, decider: first.bot, other: second.bot, load, waiters };
  const all = new Map<Where, Measured[]>();
  let number = 0;
  try {
    for (let round = 0; round <= bench.rounds; round++) {
      for (const where of positions) {
        const measured = await decide(setup, where, ++number);
        // The first round compiles code and opens the connections.
        if (round > 0) all.set(where, [...(all.get(where) ?? []), measured]);
      }
      bench.say(`waiting: round ${round} of ${bench.rounds}`);
    }
  } finally {
    await Promise.all([first.stop(), second.stop(), load.stop(), waiters.stop()]);
  }
  return positions.flatMap((where) => rowsOf(where, all.get(where) ?? []));
}

async function decide(setup: Setup, where: Where, number: number): Promise<Measured> {
  const { sql, decider, other, load, waiters } = setup;
  const bot = where === "at another replica" ? other : decider;
  // One token for each round, because the rate limit is not what is measured.
  const token = await makeToken(sql);
  const bodies = [approveClick(await buttonFor(sql, { number, userId: reviewerId(0) }))];
  const before = await rss(bot);
  await waiters.ask("begin", { port: bot.port, token, number, since: 1, clients } satisfies WaitJob);
  let inUse = 0;
  for (let sample = 0; sample < waits.samples; sample++) {
    await pause(waits.everyMs);
    // The first half of the time is for accepting the clients.
    if (sample >= waits.samples / 2) inUse = Math.max(inUse, await busy(sql));
  }
  const during = await rss(bot);
  const { startedAt, elapsedMs } = await send(load, { port: decider.port, inFlight: 1, bodies });
  const answers = await waiters.ask<Waited[]>("answers");
  const wrong = answers.find(({ status, state }) => status !== 200 || state !== "approved");
  if (wrong !== undefined) throw new Error(`A client was answered ${wrong.status}, ${wrong.state}`);
  const early = answers.some(({ at }) => at < startedAt);
  if (answers.length !== clients || early) throw new Error("A client did not wait");
  await Promise.all([decider.ask("idle"), other.ask("idle")]);
  // Negative if a response arrived before the one to the click.
  const afterAck = answers.map(({ at }) => at - startedAt - elapsedMs);
  return {
    firstMs: Math.min(...afterAck),
    medianMs: median(afterAck),
    lastMs: Math.max(...afterAck),
    ...{ inUse, before, during },
  };
}

async function makeToken(sql: postgres.Sql): Promise<string> {
  const text = newTokenText();
  await sql`
    insert into api_tokens (organization_id, id, name, hash, hint, scopes, member_id, made_by, made_at)
    values (${workspace.teamId}, ${randomUUID()}, 'bench', ${hashOf(text)}, ${hintOf(text)}, ${["requests:read"]}::text[],
      ${workspace.requesterId}, ${workspace.requesterId}, now())`;
  return text;
}

/** Counts the bots' connections that are running a statement or are in a transaction. */
async function busy(sql: postgres.Sql): Promise<number> {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int as count from pg_stat_activity
    where datname = current_database() and backend_type = 'client backend' and state <> 'idle' and pid <> pg_backend_pid()`;
  return row?.count ?? 0;
}

const rss = async (bot: Listener): Promise<number> =>
  (await bot.ask<NodeJS.MemoryUsage>("memory")).rss / 2 ** 20;

function rowsOf(where: Where, rounds: readonly Measured[]): Row[] {
  const valuesOf = (name: keyof Measured) => rounds.map((round) => round[name]);
  const grown = rounds.map(({ before, during }) => during - before);
  const most = Math.max(...valuesOf("inUse"));
  return [
    {
      section: "waiting",
      what: `the click's ack to the last of ${clients} answers, ${where}`,
      result: `${formatNumber(median(valuesOf("lastMs")))} ms`,
      p50: quantile(valuesOf("lastMs"), 0.5),
      p99: quantile(valuesOf("lastMs"), 0.99),
      note: `aim under 1 s; first answer ${formatNumber(median(valuesOf("firstMs")))} ms, the middle one ${formatNumber(median(valuesOf("medianMs")))} ms after the ack`,
    },
    {
      section: "waiting",
      what: `RSS with ${clients} clients waiting, ${where}`,
      result: `${formatNumber(median(valuesOf("during")))} MiB`,
      note: `${formatNumber(median(valuesOf("before")))} MiB before, grown by ${formatNumber(median(grown))} MiB; after collections`,
    },
    {
      section: "waiting",
      what: `database connections in use while they wait, ${where}`,
      result: formatNumber(median(valuesOf("inUse"))),
      note: `at most ${formatNumber(most)} in ${formatNumber(waits.samples / 2)} looks a round, both replicas together`,
    },
  ];
}
