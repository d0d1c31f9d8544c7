import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";

/** What happens to one call of a replica to a service. */
export type Verdict =
  | { kind: "none" }
  | { kind: "429"; retryAfterSeconds: number }
  /** The call is refused before anything is carried out. */
  | { kind: "5xx" }
  /** The call is carried out and answered as if it had failed. */
  | { kind: "5xx after" }
  /** The call is carried out; then the connection drops without a response, as after a timeout. */
  | { kind: "lost answer"; afterMs: number }
  | { kind: "slow"; beforeMs: number; afterMs: number }
  /** The call is carried out, and the replica is killed before it gets the response. */
  | { kind: "kill" };

/** The calls that reach a person. A crash between one of these and its settling does the most harm. */
const sends = new Set(["chat.postMessage", "chat.update", "email"]);

/** The share of calls that fail outside a storm. There are few webhooks, so more of them fail. */
const usual = { none: 95, "429": 1, "5xx": 1, lost: 2, slow: 2 };
const usualAtWebhooks = { none: 60, "429": 10, "5xx": 10, lost: 10, slow: 10 };

type Storm = "429" | "5xx" | "lost answers" | "slow" | null;

export type Weather = {
  judge(method: string): Verdict;
  kill(replica: number, method: string): void;
  storm(kind: Storm): void;
  /** Kills the replica whose send is accepted next, before it gets the response. */
  armKill(): void;
  /** As `armKill`, for the next webhook. */
  armKillAtWebhook(): void;
  /** From now on, injects no faults. */
  clear(): void;
};

/** Chooses a fault for each call: few at all times, many in a storm. */
export function makeWeather(
  random: Random,
  figures: Figures,
  killReplica: (replica: number, why: string) => void,
): Weather {
  let storm: Storm = null;
  let armed: string | null = null;
  let armedAtWebhook = false;
  let over = false;

  /** Returns whether a kill was armed for this call, and disarms it. */
  const takeKill = (method: string): boolean => {
    if (armed !== null && sends.has(method) && (armed === "any" || armed === method)) {
      armed = null;
      return true;
    }
    if (armedAtWebhook && method === "webhook") {
      armedAtWebhook = false;
      return true;
    }
    return false;
  };
  const choose = (method: string): Verdict => {
    if (over) return { kind: "none" };
    if (takeKill(method)) return { kind: "kill" };
    const raging = storm !== null && random.chance(0.5);
    if (raging) return stormy(storm as NonNullable<Storm>);
    return random.weighted(method === "webhook" ? usualAtWebhooks : usual) === "none"
      ? { kind: "none" }
      : stormy(random.pick(["429", "5xx", "lost answers", "slow"] as const));
  };
  const stormy = (kind: NonNullable<Storm>): Verdict => {
    switch (kind) {
      case "429":
        return { kind: "429", retryAfterSeconds: random.between(1, 2) };
      case "5xx":
        return random.chance(0.7) ? { kind: "5xx" } : { kind: "5xx after" };
      case "lost answers":
        return { kind: "lost answer", afterMs: random.between(0, 1_200) };
      case "slow":
        return { kind: "slow", beforeMs: random.between(0, 300), afterMs: random.between(0, 500) };
    }
  };
  return {
    judge: (method) => {
      const verdict = choose(method);
      if (verdict.kind !== "none") {
        figures.add(`fault: ${verdict.kind}`);
        if (method === "webhook") figures.add(`fault of a webhook: ${verdict.kind}`);
      }
      return verdict;
    },
    kill: (replica, method) => killReplica(replica, `after ${method} was accepted`),
    storm: (kind) => {
      storm = kind;
    },
    armKill: () => {
      armed = random.pick(["any", ...sends]);
    },
    armKillAtWebhook: () => {
      armedAtWebhook = true;
    },
    clear: () => {
      over = true;
      storm = null;
      armed = null;
      armedAtWebhook = false;
    },
  };
}
