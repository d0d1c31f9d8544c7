import { randomUUID } from "node:crypto";
import type postgres from "postgres";
import { buttonsFor } from "../buttons.ts";
import { type Bench, type Listener, send, startBot } from "../listeners.ts";
import { approveClick, command, homeOpened, reviewerId } from "../payloads.ts";
import { planRows, readPlans, tellPlans } from "../plans.ts";
import { type Child, startChild } from "../process.ts";
import { type Amounts, seed } from "../seed.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

const reviewers = 20;
/** Enough to fill a page of every list. */
const small: Amounts = { integrations: 20, reviewers, pending: 40, past: 40 };
const sizes = ["small", "full"] as const;
type Size = (typeof sizes)[number];

const acts = ["home", "approvals", "decide"] as const;
type Act = (typeof acts)[number];
/** No more decisions at a time than requests that are pending in the small database. */
const callsOf: Record<Act, number> = { home: 40, approvals: 40, decide: small.pending };
const names: Record<Act, string> = {
  home: "opening the Home, until it is published",
  approvals: "`/approvals`, until its modal is open and the command acknowledged",
  decide: "deciding, until it is acknowledged",
};

type Target = { sql: postgres.Sql; bot: Listener; stop(): Promise<void>; pending: number; next: number };

/**
 * Runs the same actions, one at a time, in a full database and in one with little more than a page of
 * everything, in turn. Then runs them again in the full one and logs every statement's plan.
 */
export async function reads(bench: Bench): Promise<Row[]> {
  const full: Amounts = { integrations: 2_000, reviewers, pending: 5_000, past: bench.past };
  const load = startChild("load.ts");
  const databases = {
    small: await prepare(bench, "reads_small", small),
    full: await prepare(bench, "reads_full", full),
  };
  try {
    const all = await measure(bench, load, databases);
    const rows = acts.flatMap((act) => rowsOf(act, all, full));
    return [...rows, ...(await lookAtPlans(bench, load, databases.full))];
  } finally {
    await Promise.all([databases.small.stop(), databases.full.stop(), load.stop()]);
  }
}

async function prepare(bench: Bench, name: string, amounts: Amounts): Promise<Target> {
  bench.say(`reads: filling ${name}`);
  const { url, sql } = await bench.cluster.database(name);
  await seed(sql, amounts);
  const { bot, stop } = await startBot(url, { held: true });
  return { sql, bot, stop, pending: amounts.pending, next: 1 };
}

type All = Record<Size, Record<Act, number[][]>>;

async function measure(bench: Bench, load: Child, databases: Record<Size, Target>): Promise<All> {
  const none = (): Record<Act, number[][]> => ({ home: [], approvals: [], decide: [] });
  const all: All = { small: none(), full: none() };
  for (let round = 0; round <= bench.rounds; round++) {
    for (const act of acts) {
      for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
        const latencies = await perform(load, databases[size], act);
        if (round > 0) all[size][act].push(latencies);
      }
    }
    bench.say(`reads: round ${round} of ${bench.rounds}`);
  }
  return all;
}

/** Runs one action repeatedly as different people. */
async function perform(load: Child, target: Target, act: Act): Promise<number[]> {
  const bodies = await bodiesOf(target, act);
  const contentType = act === "home" ? { contentType: "application/json" } : {};
  const job = { port: target.bot.port, inFlight: 1, bodies, ...contentType };
  const { latenciesMs, firstBody } = await send(load, job);
  if (act === "approvals" && firstBody !== "") throw new Error(`/approvals said ${firstBody}`);
  if (act === "decide") await moveOn(target);
  return latenciesMs;
}

function bodiesOf({ sql, next }: Target, act: Act): string[] | Promise<string[]> {
  const times = Array.from({ length: callsOf[act] }, (_, i) => ({ i, viewer: reviewerId(i % reviewers) }));
  switch (act) {
    case "home":
      return times.map(({ viewer }) => homeOpened(viewer, `Ev${randomUUID()}`));
    case "approvals":
      return times.map(({ i, viewer }) => command("/approvals", "", viewer, `trigger-${i}`));
    case "decide": {
      const clickers = times.map(({ i, viewer }) => ({ number: next + i, userId: viewer }));
      return buttonsFor(sql, clickers).then((buttons) => buttons.map(approveClick));
    }
  }
}

/**
 * Moves on to the next pending requests. If too few are left, decided requests become pending again, so that
 * every action reads lists as full as at the start.
 */
async function moveOn(target: Target): Promise<void> {
  target.next += callsOf.decide;
  if (target.next + callsOf.decide <= target.pending + 1) return;
  await target.sql`
    update requests set state = 'pending', approvals = 0, outcome = null, decided_at = null, decided_by = null,
      expires_at = now() + interval '6 days' where number <= ${target.pending}`;
  await target.sql`delete from reviews where request_number <= ${target.pending}`;
  await target.sql`vacuum (analyze) requests, reviews`;
  target.next = 1;
}

function rowsOf(act: Act, all: All, full: Amounts): Row[] {
  const rows = sizes.map((size): Row => {
    const latencies = all[size][act].flat();
    return {
      section: "reads",
      what: `${names[act]}: ${size === "full" ? amountsOf(full) : "almost empty"}`,
      result: `${formatNumber(median(latencies))} ms`,
      p50: quantile(latencies, 0.5),
      p99: quantile(latencies, 0.99),
    };
  });
  const ratios = all.full[act].map((one, i) => median(one) / median(all.small[act][i] ?? []));
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  rows.push({
    section: "reads",
    what: `${names[act]}: **full / almost empty**`,
    result: `**${median(ratios).toFixed(2)}**`,
    note: `aim at most 1.2; ${range} over the rounds`,
  });
  return rows;
}

const amountsOf = ({ integrations, pending, past }: Amounts): string => {
  const [i, o, p] = [integrations, pending, past].map((count) => count.toLocaleString("en-US"));
  return `${i} integrations, ${o} pending, ${p} past requests`;
};

/** Starts another process on the same database, so that writing plans does not slow down the measured one. */
async function lookAtPlans(bench: Bench, load: Child, target: Target): Promise<Row[]> {
  const from = (await bench.cluster.log()).length;
  await tellPlans(target.sql);
  const url = bench.cluster.url("reads_full");
  const { bot, stop } = await startBot(url, { held: true });
  try {
    const same = { ...target, bot };
    for (const act of acts) await perform(load, same, act);
  } finally {
    await stop();
  }
  const { rows, details } = planRows(readPlans((await bench.cluster.log()).slice(from)));
  for (const line of details) bench.say(line);
  return rows;
}
