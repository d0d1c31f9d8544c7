import type { Database } from "../../db/connect.ts";
import * as store from "../../db/outbox.ts";
import { maxAttempts, retryAfterMs } from "./retry.ts";

/** How one try ended. `sent: "unknown"`: the far end may have got it, its answer was lost. */
export type Outcome =
  | { kind: "done" }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number }
  | { kind: "dead"; reason: string };

export type Item = store.ClaimedItem;

export type Handler = {
  /** One try. What it throws counts as a retry of which it is unknown whether anything was sent. */
  run(item: Item): Promise<Outcome>;
  /** What is to be written down when the item will not be tried again; runs before it is settled. */
  onDead?(item: Item, reason: string): Promise<void>;
};

export type Outbox = {
  /** Something was added: look now. */
  wake(): void;
  /** Resolves when nothing is due and nothing is under way. */
  idle(): Promise<void>;
  /** Takes no more work and waits for what is under way, at most so long, in milliseconds. */
  stop(graceMs: number): Promise<void>;
};

type Options = {
  database: Database;
  handlers: Record<string, Handler>;
  log: { warn(facts: object, message: string): void; error(facts: object, message: string): void };
  /** How many items are worked on at once. */
  concurrency?: number;
  /** Longer than any send takes, in milliseconds. */
  leaseMs?: number;
  random?: () => number;
};

const longestSleepMs = 15_000;

/** Starts a worker that carries out what the outbox holds, each item by itself, kind by kind by its handler. */
export function startOutbox(options: Options): Outbox {
  return new Worker(options);
}

class Worker implements Outbox {
  readonly #options: Required<Options>;
  readonly #underWay = new Set<Promise<void>>();
  #idleWaiters: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #woken = false;
  #stopped = false;
  #failures = 0;

  constructor(options: Options) {
    this.#options = { concurrency: 8, leaseMs: 60_000, random: Math.random, ...options };
    this.wake();
  }

  wake(): void {
    this.#woken = true;
    if (!this.#looking) void this.#look();
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#idleWaiters.push(resolve);
      this.wake();
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    let timer: NodeJS.Timeout | undefined;
    const grace = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, graceMs);
    });
    await Promise.race([Promise.all(this.#underWay), grace]);
    clearTimeout(timer);
  }

  /** Claims while there is room and work; then sleeps until the next item is due. One at a time. */
  async #look(): Promise<void> {
    this.#looking = true;
    clearTimeout(this.#timer);
    let sleepMs = longestSleepMs;
    try {
      while (this.#woken && !this.#stopped) {
        this.#woken = false;
        await this.#claim();
      }
      if (!this.#stopped) sleepMs = (await this.#nextDue()) ?? longestSleepMs;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1)
        this.#options.log.warn({ err: error }, "the outbox cannot reach the database");
      sleepMs = Math.min(longestSleepMs, 100 * 2 ** this.#failures);
    }
    this.#looking = false;
    if (this.#stopped) return;
    if (this.#woken) return void this.#look();
    this.#timer = setTimeout(() => this.wake(), Math.min(longestSleepMs, Math.max(20, sleepMs)));
  }

  async #claim(): Promise<void> {
    const { database, concurrency, leaseMs } = this.#options;
    const room = concurrency - this.#underWay.size;
    if (room <= 0) return;
    const items = await store.claim(database.db, room, leaseMs);
    for (const item of items) {
      const work = this.#work(item).finally(() => {
        this.#underWay.delete(work);
        this.wake();
      });
      this.#underWay.add(work);
    }
  }

  async #nextDue(): Promise<number | null> {
    if (this.#underWay.size > 0) return longestSleepMs;
    const due = await store.nextDue(this.#options.database.db);
    if ((due === null || due > 0) && this.#underWay.size === 0 && !this.#woken) {
      for (const resolve of this.#idleWaiters.splice(0)) resolve();
    }
    return due;
  }

  async #work(item: Item): Promise<void> {
    const { database, handlers, log } = this.#options;
    try {
      const handler = handlers[item.kind];
      const outcome = handler ? await this.#run(handler, item) : noHandler(item);
      const settlement = this.#settlement(item, outcome);
      if (settlement.kind === "dead") {
        log.error({ kind: item.kind, key: item.key, reason: settlement.reason }, "an outbox item is dead");
        await handler?.onDead?.(item, settlement.reason);
      }
      await store.settle(database.db, item, settlement);
    } catch (error) {
      // Not settled: its lease runs out and it comes back in doubt.
      log.warn({ err: error, kind: item.kind, key: item.key }, "an outbox item was not settled");
    }
  }

  async #run(handler: Handler, item: Item): Promise<Outcome> {
    try {
      return await handler.run(item);
    } catch (error) {
      this.#options.log.warn({ err: error, kind: item.kind, key: item.key }, "an outbox item failed");
      return { kind: "retry", reason: String(error), sent: "unknown" };
    }
  }

  #settlement(item: Item, outcome: Outcome): store.Settlement {
    if (outcome.kind !== "retry") return outcome;
    if (item.attempts >= maxAttempts)
      return { kind: "dead", reason: `given up after ${item.attempts} tries: ${outcome.reason}` };
    const afterMs = outcome.afterMs ?? retryAfterMs(item.attempts, this.#options.random());
    return {
      kind: "retry",
      afterMs,
      reason: outcome.reason,
      inDoubt: outcome.sent === "unknown" || (item.inDoubt && outcome.sent !== "no"),
    };
  }
}

const noHandler = (item: Item): Outcome => ({ kind: "dead", reason: `nothing handles ${item.kind}` });
