import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Build } from "./build.ts";

export type ChaosOptions = {
  seeds: number[];
  /** How many requests are driven through the flow. */
  requests: number;
  replicas: number;
  /** The checkout of an earlier version, which the last replica runs; undefined to run only this version. */
  previous: string | undefined;
  /** The longest that people act, in minutes. What is not begun by then is left out. */
  minutes: number;
  /** How many requests are worked on at once. */
  atOnce: number;
  /** Prints each fault as it happens. */
  verbose: boolean;
};

/** With one build for each replica, made once for all seeds. */
export type RunOptions = ChaosOptions & { builds: Build[] };

export const usage = `npm run chaos -- [--seed N | --seeds A..B] [--requests N] [--replicas N] [--previous FOLDER] [--minutes N] [--at-once N] [--verbose]
  --seed N       the seed of all choices; default a random one, which is printed
  --seeds A..B   one run for each of these seeds
  --requests N   how many requests; default 300
  --replicas N   how many processes; default 2
  --previous FOLDER  a checkout of an earlier version, with its node_modules, that the last replica runs
  --minutes N    the longest that people act, in minutes; default 15
  --at-once N    how many requests are worked on at once; default 12
  --verbose      prints each fault as it happens`;

/** Reads the command line. Throws with what is wrong. */
export function readOptions(args: string[]): ChaosOptions {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: "string" },
      seeds: { type: "string" },
      requests: { type: "string", default: "300" },
      replicas: { type: "string", default: "2" },
      previous: { type: "string" },
      minutes: { type: "string", default: "15" },
      "at-once": { type: "string", default: "12" },
      verbose: { type: "boolean", default: false },
    },
  });
  const number = (name: "requests" | "replicas" | "minutes" | "at-once") => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${values[name]}`);
    return value;
  };
  const replicas = number("replicas");
  if (values.previous !== undefined && replicas < 2) throw new Error("--previous needs two replicas or more");
  return {
    seeds: seedsOf(values.seed, values.seeds),
    requests: number("requests"),
    replicas,
    previous: values.previous === undefined ? undefined : resolve(values.previous),
    minutes: number("minutes"),
    atOnce: number("at-once"),
    verbose: values.verbose,
  };
}

function seedsOf(seed: string | undefined, range: string | undefined): number[] {
  if (seed !== undefined && range !== undefined) throw new Error("--seed or --seeds, not both");
  if (range !== undefined) {
    const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(range) ?? [];
    if (from === undefined || Number(to) < Number(from)) throw new Error(`--seeds takes 1..10, not ${range}`);
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index);
  }
  if (seed === undefined) return [Math.floor(Math.random() * 1_000_000)];
  if (!/^\d+$/.test(seed)) throw new Error(`--seed takes a whole number, not ${seed}`);
  return [Number(seed)];
}
