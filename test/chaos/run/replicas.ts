import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Build } from "./build.ts";
import type { Figures } from "./stats.ts";
import { lookFor, pause } from "./wait.ts";

/** A process stops within 10 s of SIGTERM; the rest is for a busy machine. */
const stopWithinMs = 15_000;
const readyWithinMs = 120_000;

type Slot = {
  index: number;
  build: Build;
  env: Record<string, string>;
  child: ChildProcess | undefined;
  /** Whether the balancer sends requests to it. */
  ready: boolean;
  /** Whether the harness ended it, by kill -9 or SIGTERM. */
  ending: boolean;
  output: string[];
};

export type Replicas = {
  /** Returns the replicas that accept requests now, with their ports. */
  ready(): { index: number; port: number }[];
  /** Kills a replica with kill -9; it is started again. Does nothing if it is down. */
  kill(index: number, why: string): void;
  /** Restarts all replicas with SIGTERM, each ready again before the next one stops. */
  roll(): Promise<void>;
  /** Resolves when all replicas are ready. */
  allReady(): Promise<void>;
  /** Stops all replicas with SIGTERM and starts none again. */
  stop(): Promise<void>;
  /** Faults of the replicas themselves: one that ended by itself, or did not end when asked. */
  faults: string[];
  /** Returns what the replicas have logged, newest last. */
  output(): string[];
};

/** Runs the replicas as an orchestrator does: one that ended is started again, with the same build. */
export function startReplicas(
  planned: { build: Build; env: Record<string, string> }[],
  figures: Figures,
  seeChange: (what: string) => void,
): Replicas {
  const slots: Slot[] = planned.map(({ build, env }, index) => ({
    ...{ index, build, env, child: undefined, ready: false, ending: false },
    output: [],
  }));
  const faults: string[] = [];
  let stopping = false;
  const keptUp = slots.map((slot) => keepUp(slot));

  async function keepUp(slot: Slot): Promise<void> {
    while (!stopping) {
      const child = launch(slot);
      const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
      slot.child = child;
      slot.ending = false;
      const up = await Promise.race([ended, untilReady(slot, ended)]);
      if (up === true) {
        slot.ready = !slot.ending;
        seeChange(`replica ${slot.index} is ready`);
        const wanted = () => slot.ending;
        const result = await ended;
        if (!wanted()) faults.push(`replica ${slot.index} ended by itself (${result}): ${tail(slot)}`);
      } else if (!slot.ending) {
        figures.add("starts that failed");
        seeChange(`replica ${slot.index} did not start: ${tail(slot, 1)}`);
        child.kill("SIGKILL");
        await ended;
        await pause(200);
      }
      await ended;
      slot.ready = false;
      slot.child = undefined;
    }
  }

  async function untilReady(slot: Slot, ended: Promise<unknown>): Promise<boolean> {
    let over = false;
    void ended.then(() => {
      over = true;
    });
    const answer = await lookFor(async () => {
      if (over) return false;
      const said = await fetch(`http://127.0.0.1:${slot.env.PORT}/readyz`).catch(() => undefined);
      return said?.ok ? true : undefined;
    }, readyWithinMs);
    return answer === true;
  }

  async function terminate(slot: Slot): Promise<void> {
    const { child } = slot;
    if (child === undefined || slot.ending) return;
    // Until it listens to signals, SIGTERM ends it as a kill does.
    const listened = slot.ready;
    slot.ending = true;
    const asked = Date.now();
    child.kill("SIGTERM");
    figures.add("SIGTERM");
    const ended = once(child, "exit").then(([code, signal]) => (code ?? signal) as number | string);
    // A real balancer notices a stopping process late.
    await pause(100);
    slot.ready = false;
    const result = await Promise.race([ended, pause(stopWithinMs).then(() => "late")]);
    if (result === "late") child.kill("SIGKILL");
    seeChange(`replica ${slot.index} ended ${Date.now() - asked} ms after SIGTERM (${result})`);
    if (result !== 0 && listened) {
      faults.push(`replica ${slot.index} did not stop in order at SIGTERM (${result}): ${tail(slot)}`);
    }
  }

  return {
    faults,
    ready: () =>
      slots.filter((slot) => slot.ready).map(({ index, env }) => ({ index, port: Number(env.PORT) })),
    kill: (index, why) => {
      const slot = slots[index];
      if (slot?.child === undefined || slot.ending) return;
      slot.ending = true;
      slot.ready = false;
      slot.child.kill("SIGKILL");
      figures.add("kill -9");
      figures.add(`kill: ${why}`);
      seeChange(`replica ${index} is killed ${why}`);
    },
    roll: async () => {
      for (const slot of slots) {
        await terminate(slot);
        await lookFor(() => slot.ready || stopping || undefined, readyWithinMs);
      }
    },
    allReady: async () => {
      const all = await lookFor(() => slots.every((slot) => slot.ready) || undefined, readyWithinMs);
      if (all === undefined) faults.push("not all replicas came up again");
    },
    stop: async () => {
      stopping = true;
      await Promise.all(slots.map((slot) => terminate(slot)));
      await Promise.all(keptUp);
    },
    output: () => slots.flatMap(({ output }) => output),
  };
}

function launch(slot: Slot): ChildProcess {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, [slot.build.entry], {
    cwd: slot.build.root,
    env: { PATH, ...slot.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const takeAlong = () => child.kill("SIGKILL");
  process.once("exit", takeAlong);
  child.once("exit", () => process.off("exit", takeAlong));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      slot.output.push(String(chunk).trimEnd());
      if (slot.output.length > 2_000) slot.output.shift();
    });
  }
  return child;
}

const tail = ({ output }: Slot, lines = 5): string => output.slice(-lines).join("\n").slice(-2_000);
