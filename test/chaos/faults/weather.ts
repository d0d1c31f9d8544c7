import type { Random } from "../run/random.ts";
import type { Figures } from "../run/stats.ts";

/** What happens to one call of a replica to a far end. */
export type Verdict =
  | { kind: "none" }
  | { kind: "429"; retryAfterSeconds: number }
  /** Refused before anything was carried out. */
  | { kind: "5xx" }
  /** Carried out, and answered as if not. */
  | { kind: "5xx after" }
  /** Carried out; then nothing comes for a while, and the connection drops, as at a time-out. */
  | { kind: "lost answer"; afterMs: number }
  | { kind: "slow"; beforeMs: number; afterMs: number }
  /** Carried out, and the replica is killed before it hears of it. */
  | { kind: "kill" };

/** What reaches somebody: between these and their settling, a crash costs most. */
const sends = new Set(["chat.postMessage", "chat.update", "email"]);

/** How often something goes wrong with a call out of a storm. Webhooks are few, so more of them meet something. */
const usual = { none: 95, "429": 1, "5xx": 1, lost: 2, slow: 2 };
const usualAtWebhooks = { none: 60, "429": 10, "5xx": 10, lost: 10, slow: 10 };

type Storm = "429" | "5xx" | "lost answers" | "slow" | null;

export type Weather = {
  judge(method: string): Verdict;
  kill(replica: number, method: string): void;
  storm(kind: Storm): void;
  /** The next send that a far end accepts, of any replica, is that replica's last act. */
  armKill(): void;
  /** As `armKill`, for the next webhook. */
  armKillAtWebhook(): void;
  /** From now on nothing goes wrong. */
  clear(): void;
};

/** Decides over each call: a little goes wrong always, much in a storm. */
export function makeWeather(
  random: Random,
  figures: Figures,
  killReplica: (replica: number, why: string) => void,
): Weather {
  let storm: Storm = null;
  let armed: string | null = null;
  let armedAtWebhook = false;
  let over = false;

  const choose = (method: string): Verdict => {
    if (over) return { kind: "none" };
    if (armed !== null && sends.has(method) && (armed === "any" || armed === method)) {
      armed = null;
      return { kind: "kill" };
    }
    if (armedAtWebhook && method === "webhook") {
      armedAtWebhook = false;
      return { kind: "kill" };
    }
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
