import { setTimeout as pause } from "node:timers/promises";
import type postgres from "postgres";
import { buttonsFor } from "../buttons.ts";
import { type Bench, type Listener, send, startBot } from "../listeners.ts";
import { approveClick, command, homeOpened, reviewerId } from "../payloads.ts";
import { type Child, startChild } from "../process.ts";
import { seed } from "../seed.ts";
import type { Row } from "../stats.ts";
import { formatNumber } from "../stats.ts";

const reviewers = 3;
/** A steady load per second that the machine handles easily. */
const perSecond = { clicks: 5, homes: 2, approvals: 2 };
const sampleEveryMs = 10_000;

type Setup = { bot: Listener; load: Child; sql: postgres.Sql };

type Sample = { minute: number; heap: number; rss: number };

/**
 * Measures the memory after a garbage collection, in MiB: idle, and during a run that delivers everything to
 * stand-ins that respond immediately.
 */
export async function memory(bench: Bench): Promise<Row[]> {
  const { url, sql } = await bench.cluster.database("memory");
  const seconds = Math.ceil(bench.minutes * 60);
  const pending = (seconds + 60) * perSecond.clicks;
  await seed(sql, { integrations: pending, reviewers, pending, past: 1_000 });
  const { bot, stop } = await startBot(url, { flags: ["--expose-gc"] });
  const load = startChild("load.ts");
  try {
    await bot.ask("idle");
    const rest = await sample(bot, 0);
    const run = await watch(bench, { bot, load, sql }, seconds);
    return rowsOf(rest, run);
  } finally {
    await Promise.all([stop(), load.stop()]);
  }
}

async function sample(bot: Listener, minute: number): Promise<Sample> {
  const { heapUsed, rss } = await bot.ask<NodeJS.MemoryUsage>("memory");
  return { minute, heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20 };
}

async function watch(bench: Bench, setup: Setup, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const began = performance.now();
  let number = 1;
  for (let second = 0; second < seconds; second++) {
    await oneSecond(setup, number);
    number += perSecond.clicks;
    const elapsed = performance.now() - began;
    if (elapsed >= (samples.length + 1) * sampleEveryMs) {
      const taken = await sample(setup.bot, elapsed / 60_000);
      samples.push(taken);
      bench.say(
        `memory: ${taken.minute.toFixed(1)} min, heap ${taken.heap.toFixed(1)}, RSS ${taken.rss.toFixed(1)} MiB`,
      );
    }
    await pause(Math.max(0, (second + 1) * 1_000 - (performance.now() - began)));
  }
  return samples;
}

/** Decisions, Homes, and lists of different people. */
async function oneSecond({ bot, load, sql }: Setup, first: number): Promise<void> {
  const to = { port: bot.port, inFlight: 2 };
  const times = <T>(count: number, make: (i: number) => T) =>
    Array.from({ length: count }, (_, i) => make(i));
  const person = (i: number) => reviewerId((first + i) % reviewers);
  const clickers = times(perSecond.clicks, (i) => ({ number: first + i, userId: person(i) }));
  const clicks = (await buttonsFor(sql, clickers)).map(approveClick);
  const lists = times(perSecond.approvals, (i) =>
    command("/approvals", "", person(i), `trigger-${first + i}`),
  );
  await send(load, { ...to, bodies: [...clicks, ...lists] });
  const homes = times(perSecond.homes, (i) => homeOpened(person(i), `Ev${first + i}`));
  // On a busy machine, a Home may be too late for Slack, which then sends the event again.
  const late = (error: Error) => process.stderr.write(`memory: ${error.message}\n`);
  await send(load, { ...to, bodies: homes, contentType: "application/json" }).catch(late);
}

function rowsOf(rest: Sample, run: readonly Sample[]): Row[] {
  // The first quarter fills caches and compiles code.
  const settled = run.slice(Math.floor(run.length / 4));
  const minutes = run.at(-1)?.minute ?? 0;
  const load = `${perSecond.clicks} decisions, ${perSecond.homes} Homes, ${perSecond.approvals} lists a second`;
  const row = (what: string, of: "heap" | "rss"): Row => {
    const from = settled[0]?.[of] ?? Number.NaN;
    const to = settled.at(-1)?.[of] ?? Number.NaN;
    const slope = slopeOf(settled.map((one) => [one.minute, one[of]]));
    const note = `${formatNumber(from)} → ${formatNumber(to)} MiB over the last three quarters of ${formatNumber(minutes)} min; ${load}`;
    return { section: "memory", what, result: `${slope.toFixed(2)} MiB a minute`, note };
  };
  const atRest = `heap ${formatNumber(rest.heap)}, RSS ${formatNumber(rest.rss)} MiB`;
  return [
    { section: "memory", what: "at rest, after a collection", result: atRest },
    row("heap after collections, slope", "heap"),
    row("RSS after collections, slope", "rss"),
  ];
}

/** Returns the slope of the line of best fit through these points. */
function slopeOf(points: readonly [number, number][]): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
  const across = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return across / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}
