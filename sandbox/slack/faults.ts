import { setTimeout as wait } from "node:timers/promises";

type Fault =
  | { kind: "rateLimit"; retryAfterSeconds: number; left: number }
  | { kind: "fail"; status?: number; error?: string; left: number }
  | { kind: "stall"; ms: number; left: number }
  | { kind: "loseAnswer"; left: number };

/** Faults that a test or the sandbox's page asks for, by method; `times` defaults to once. */
export type Faults = {
  /** 429 with Retry-After. */
  rateLimit(method: string, retryAfterSeconds: number, times?: number): void;
  /** An HTTP status without a Slack body, or `{ ok: false, error }`. */
  fail(method: string, what: { status?: number; error?: string }, times?: number): void;
  /** Carried out at once, answered late. */
  stall(method: string, ms: number, times?: number): void;
  /** Carried out, then the connection drops. */
  loseAnswer(method: string, times?: number): void;
  /** Holds every call before it is carried out. `reached` resolves when the first one is there. */
  hold(method: string): { reached: Promise<void>; release(): void };
  /** The token is refused with this error, whatever is called, until all is cleared. */
  refuseToken(error: string): void;
  clear(): void;
  /** Enforce Slack's rates per method (see rates.ts). Default false. */
  enforceRates: boolean;
};

/** What the server asks before and after it carries out a call. */
export type FaultPlan = Faults & {
  held(method: string): Promise<void>;
  refusal(
    method: string,
  ):
    | { kind: "rateLimit"; retryAfterSeconds: number }
    | { kind: "fail"; status?: number; error?: string }
    | undefined;
  stalled(method: string): Promise<void>;
  answerLost(method: string): boolean;
};

type Hold = { method: string; arrived: () => void; released: Promise<void>; release: () => void };

function signal() {
  let give = () => {};
  const promise = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { promise, give };
}

/** Makes the empty plan of faults. Each fault is used up by its count of calls; holds last until released. */
export function makeFaults(): FaultPlan {
  const faults = new Map<string, Fault[]>();
  const holds = new Set<Hold>();
  let tokenError: string | undefined;
  const add = (method: string, fault: Fault) => faults.set(method, [...(faults.get(method) ?? []), fault]);
  const take = <K extends Fault["kind"]>(method: string, ...kinds: K[]) => {
    const list = faults.get(method) ?? [];
    const index = list.findIndex((fault) => (kinds as string[]).includes(fault.kind));
    const fault = list[index];
    if (fault === undefined) return undefined;
    fault.left -= 1;
    if (fault.left <= 0) list.splice(index, 1);
    return fault as Extract<Fault, { kind: K }>;
  };
  return {
    enforceRates: false,
    rateLimit: (method, retryAfterSeconds, times = 1) =>
      void add(method, { kind: "rateLimit", retryAfterSeconds, left: times }),
    fail: (method, what, times = 1) => void add(method, { kind: "fail", ...what, left: times }),
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
    refusal: (method) =>
      tokenError === undefined ? take(method, "rateLimit", "fail") : { kind: "fail", error: tokenError },
    async stalled(method) {
      const fault = take(method, "stall");
      if (fault) await wait(fault.ms);
    },
    answerLost: (method) => take(method, "loseAnswer") !== undefined,
  };
}
