import { setTimeout as wait } from "node:timers/promises";
import type { Json } from "./types.ts";

type Fault =
  | { kind: "rateLimit"; retryAfterSeconds: number; left: number }
  | { kind: "fail"; status?: number; error?: string; left: number; where: Json }
  | { kind: "stall"; ms: number; left: number }
  | { kind: "loseAnswer"; left: number };

/** Faults that a test or the sandbox's page requests, per method. `times` defaults to 1. */
export type Faults = {
  /** Responds with 429 and Retry-After. */
  rateLimit(method: string, retryAfterSeconds: number, times?: number): void;
  /**
   * Responds with an HTTP status and no Slack body, or with `{ ok: false, error }`. With `where`, only to calls that have
   * these arguments, such as `{ usergroup: "S1" }`.
   */
  fail(method: string, what: { status?: number; error?: string }, times?: number, where?: Json): void;
  /** Runs the call at once and responds late. */
  stall(method: string, ms: number, times?: number): void;
  /** Runs the call, then drops the connection. */
  loseAnswer(method: string, times?: number): void;
  /** Holds every call before it runs. `reached` resolves when the first call arrives. */
  hold(method: string): { reached: Promise<void>; release(): void };
  /**
   * What clicks and submissions carry as their view's `state`: `current` (the default), nothing at all, or `values: []`,
   * as Slack has sent it. A search for options never carries the current state.
   */
  sentState: "current" | "none" | "empty";
  /** Refuses the token with this error in every method until all faults are cleared. */
  refuseToken(error: string): void;
  clear(): void;
  /** Enforces Slack's rate limits per method (see rates.ts). Default: false. */
  enforceRates: boolean;
};

/** The hooks that the server calls before and after each call. */
export type FaultPlan = Faults & {
  held(method: string): Promise<void>;
  refusal(
    method: string,
    args: Json,
  ):
    | { kind: "rateLimit"; retryAfterSeconds: number }
    | { kind: "fail"; status?: number; error?: string }
    | undefined;
  stalled(method: string): Promise<void>;
  answerLost(method: string): boolean;
};

type Hold = { method: string; arrived: () => void; released: Promise<void>; release: () => void };

/** Returns whether a call with these arguments is one that the fault is for. */
const isMeant = (fault: Fault, args: Json): boolean =>
  fault.kind !== "fail" ||
  Object.entries(fault.where).every(([key, value]) => String(args[key]) === String(value));

/** Uses one of these kinds of faults for a call, and removes it after its last call. */
function takeFault<K extends Fault["kind"]>(list: Fault[], args: Json, kinds: readonly K[]) {
  const isWanted = (fault: Fault) => (kinds as readonly string[]).includes(fault.kind);
  const index = list.findIndex((fault) => isWanted(fault) && isMeant(fault, args));
  const fault = list[index];
  if (fault === undefined) return undefined;
  fault.left -= 1;
  if (fault.left <= 0) list.splice(index, 1);
  return fault as Extract<Fault, { kind: K }>;
}

function signal() {
  let give = () => {};
  const promise = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

/**
 * Creates an empty set of faults. Each fault ends after its number of calls. A hold ends when it is released.
 */
export function makeFaults(): FaultPlan {
  const faults = new Map<string, Fault[]>();
  const holds = new Set<Hold>();
  let tokenError: string | undefined;
  const add = (method: string, fault: Fault) => faults.set(method, [...(faults.get(method) ?? []), fault]);
  const take = <K extends Fault["kind"]>(method: string, args: Json, ...kinds: K[]) =>
    takeFault(faults.get(method) ?? [], args, kinds);
  return {
    enforceRates: false,
    sentState: "current",
    rateLimit: (method, retryAfterSeconds, times = 1) =>
      void add(method, { kind: "rateLimit", retryAfterSeconds, left: times }),
    fail: (method, what, times = 1, where = {}) =>
      void add(method, { kind: "fail", ...what, left: times, where }),
    stall: (method, ms, times = 1) => void add(method, { kind: "stall", ms, left: times }),
    loseAnswer: (method, times = 1) => void add(method, { kind: "loseAnswer", left: times }),
    hold(method) {
      const reached = signal();
      const released = signal();
      const entry: Hold = {
        method,
        arrived: reached.give,
        released: released.promise,
        release() {
          holds.delete(entry);
          released.give();
        },
      };
      holds.add(entry);
      return { reached: reached.promise, release: entry.release };
    },
    refuseToken: (error) => {
      tokenError = error;
    },
    clear() {
      this.sentState = "current";
      tokenError = undefined;
      faults.clear();
      for (const entry of [...holds]) entry.release();
    },
    async held(method) {
      for (const entry of [...holds]) {
        if (entry.method !== method) continue;
        entry.arrived();
        await entry.released;
      }
    },
    refusal: (method, args) =>
      tokenError === undefined
        ? take(method, args, "rateLimit", "fail")
        : { kind: "fail", error: tokenError },
    async stalled(method) {
      const fault = take(method, {}, "stall");
      if (fault) await wait(fault.ms);
    },
    answerLost: (method) => take(method, {}, "loseAnswer") !== undefined,
  };
}
