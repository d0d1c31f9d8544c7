import type postgres from "postgres";
import { buttonsFor } from "../buttons.ts";
import { type Bench, type Listener, send, startBot, startStack } from "../listeners.ts";
import { approveClick, reviewerId } from "../payloads.ts";
import { type Child, startChild } from "../process.ts";
import { saveWorkflow, seed } from "../seed.ts";
import { formatNumber, median, quantile, type Row } from "../stats.ts";

/** The number of clicks in a measurement, and whether all of them are on one request. */
const legs = [
  { name: "1 in flight, different requests", inFlight: 1, clicks: 400, onOneRequest: false },
  { name: "16 in flight, different requests", inFlight: 16, clicks: 1_600, onOneRequest: false },
  { name: "1 in flight, all on one request", inFlight: 1, clicks: 400, onOneRequest: true },
  { name: "16 in flight, all on one request", inFlight: 16, clicks: 1_600, onOneRequest: true },
] as const;

type Leg = (typeof legs)[number];

const maxClicks = 1_600;
const subjects = ["empty", "floor", "product"] as const;
type Subject = (typeof subjects)[number];
type Measured = { perSecond: number; p50: number; p99: number };

const names: Record<Subject, string> = {
  empty: "empty listener",
  floor: "one prepared statement",
  product: "product",
};

type Setup = {
  sql: postgres.Sql;
  load: Child;
  listeners: Record<Subject, Listener>;
  /** Returns this many undecided requests. */
  take(count: number): number[];
};

/**
 * Measures a signed click on Approve until its acknowledgment, when it is committed. The bot, the empty
 * listener, and the single statement take turns within each round, in changing order, so that noise affects
 * all of them. The bot and the single statement write the same rows to the same database, and nothing is
 * delivered.
 */
export async function decision(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("decision");
  const perRound = legs.reduce((sum, leg) => sum + (leg.onOneRequest ? 1 : leg.clicks), 0) * 2;
  // Half as many again, for measurements that have to be repeated.
  const pending = Math.ceil(perRound * (bench.rounds + 1) * 1.5);
  await seed(sql, { integrations: pending, reviewers: maxClicks, pending, past: 0 });
  const profiling = bench.profile === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${bench.profile}`];
  const product = await startBot(url, { held: true, flags: profiling });
  const [empty, floor] = await Promise.all([startStack(null), startStack(url)]);
  const load = startChild("load.ts");
  let next = 1;
  const setup: Setup = {
    sql,
    load,
    listeners: { empty, floor, product: product.bot },
    take: (count) => {
      next += count;
      return Array.from({ length: count }, (_, i) => next - count + i);
    },
  };
  try {
    return await measure(bench, setup);
  } finally {
    await Promise.all([product.stop(), empty.stop(), floor.stop(), load.stop()]);
  }
}

async function measure(bench: Bench, setup: Setup): Promise<Row[]> {
  const all = new Map<string, Measured[]>();
  let version = 1;
  // The first round is a warm-up and does not count.
  for (let round = 0; round <= bench.rounds; round++) {
    for (const leg of legs) {
      await saveWorkflow(setup.sql, ++version, { requiredApprovals: requiredApprovals(leg) });
      for (const subject of rotated(round)) {
        const measured = await retryStalled(bench, () => click(setup, leg, subject));
        const key = `${leg.name} ${subject}`;
        if (round > 0) all.set(key, [...(all.get(key) ?? []), measured]);
      }
    }
    bench.say(`decision: round ${round} of ${bench.rounds}${round === 0 ? " (warm-up)" : ""}`);
  }
  return legs.flatMap((leg) => rowsOf(leg, all));
}

/** Returns a number of approvals that decides each request at its click, or a shared one never. */
const requiredApprovals = ({ onOneRequest }: Leg): number => (onOneRequest ? 1_000_000 : 1);

const rotated = (round: number): Subject[] => {
  const from = round % subjects.length;
  return [...subjects.slice(from), ...subjects.slice(0, from)];
};

/** A machine that stalls for a second causes refused clicks. That measurement is discarded and repeated. */
async function retryStalled(bench: Bench, work: () => Promise<Measured>): Promise<Measured> {
  for (let left = 3; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (left === 0) throw error;
      bench.say(`decision: made again, because ${String(error)}`);
    }
  }
}

async function click({ sql, load, listeners, take }: Setup, leg: Leg, subject: Subject): Promise<Measured> {
  const numbers = take(subject === "empty" ? 0 : leg.onOneRequest ? 1 : leg.clicks);
  const clickers = Array.from({ length: leg.clicks }, (_, i) => ({
    number: numbers[leg.onOneRequest ? 0 : i] ?? 1,
    userId: reviewerId(i % maxClicks),
  }));
  const bodies = (await buttonsFor(sql, clickers)).map(approveClick);
  const result = await send(load, { port: listeners[subject].port, inFlight: leg.inFlight, bodies });
  if (subject !== "empty") await check(sql, numbers, leg.clicks);
  return {
    perSecond: (leg.clicks / result.elapsedMs) * 1_000,
    p50: quantile(result.latenciesMs, 0.5),
    p99: quantile(result.latenciesMs, 0.99),
  };
}

/** @throws unless every click became a review, an audit row, and an outbox row */
async function check(sql: postgres.Sql, numbers: number[], clicks: number): Promise<void> {
  const subjects = numbers.map((number) => `request:${number}`);
  const [row] = await sql`
    select (select count(*)::int from reviews where request_number = any(${numbers})) as reviews,
      (select count(*)::int from audit_log where subject = any(${subjects}) and action in ('request.approved', 'request.reviewed')) as audit,
      (select sum(version - 1)::int from requests where number = any(${numbers})) as versions,
      (select count(*)::int from outbox where kind = 'request-changed' and (payload->>'number')::int = any(${numbers})
        and key not like '%:v1') as outbox`;
  for (const [what, count] of Object.entries(row ?? {})) {
    if (count !== clicks) throw new Error(`${clicks} clicks, but ${count} in ${what}`);
  }
}

function rowsOf(leg: Leg, all: Map<string, Measured[]>): Row[] {
  const roundsOf = (subject: Subject) => all.get(`${leg.name} ${subject}`) ?? [];
  const rows = subjects.map((subject): Row => {
    const rounds = roundsOf(subject);
    return {
      section: "decision",
      what: `${leg.name}: ${names[subject]}`,
      result: `${formatNumber(median(rounds.map((measured) => measured.perSecond)))} /s`,
      p50: median(rounds.map((measured) => measured.p50)),
      p99: median(rounds.map((measured) => measured.p99)),
    };
  });
  // Compare within each round, because noise affects both sides of a round.
  const floors = roundsOf("floor");
  const ratios = roundsOf("product").map(
    (measured, i) => measured.perSecond / (floors[i]?.perSecond ?? Number.NaN),
  );
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`;
  rows.push({
    section: "decision",
    what: `${leg.name}: **product / one statement**`,
    result: `**${median(ratios).toFixed(2)}**`,
    note: `aim 0.5; ${range} over the rounds`,
  });
  return rows;
}
