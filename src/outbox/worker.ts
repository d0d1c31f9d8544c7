import type { Database } from "../../db/connection/connect.ts";
import * as store from "../../db/delivery/outbox.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import { type AttemptOutcome, carryOut, type Handler, ProcessStopping } from "./attempt.ts";
import { createSpacing } from "./spacing.ts";

export type { Handler } from "./attempt.ts";

export type Outbox = {
  /** Something was added: look now. */
  wake(): void;
  /** Looks once and resolves when what is due has been claimed, as far as there is room. For the scheduled sweep. */
  sweep(): Promise<void>;
  /** Resolves when nothing is due and nothing is under way. For tests. */
  idle(): Promise<void>;
  /**
   * Takes no more work and waits for what is under way, at most `graceMs` milliseconds in all. Shortly before, what
   * still runs is aborted, and given back in doubt: no lease is left behind.
   */
  stop(graceMs: number): Promise<void>;
};

export type OutboxOptions = {
  database: Database;
  /** One per kind of item. An item of another kind is dead at once. */
  handlers: Record<string, Handler>;
  log: Pick<Log, "info" | "warn" | "error">;
  /** Told of each attempt and how it ended; for counting. */
  attempted?: (kind: string, outcome: AttemptOutcome) => void;
  /** How many items are worked on at once; default 8. */
  concurrency?: number;
  /** Longer than any send takes, in milliseconds; default 60,000. Handlers are aborted at three quarters of it. */
  leaseMs?: number;
  /** How long to sleep at most, in milliseconds, whatever the database says; default 15,000. */
  pollMs?: number;
  random?: () => number;
};

const shortestSleepMs = 20;
const longestOutagePauseMs = 2_000;

/** Starts a worker that carries out what the outbox holds, each item by itself. It knows no channel, only handlers. */
export function startOutbox(options: OutboxOptions): Outbox {
  const worker = new Worker(options);
  worker.wake();
  return worker;
}

class Worker implements Outbox {
  readonly #options: Required<OutboxOptions>;
  readonly #spacing = createSpacing();
  readonly #underWay = new Map<Promise<void>, AbortController>();
  #waitingForIdle: (() => void)[] = [];
  #waitingForLook: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #look: Promise<void> | undefined;
  #woken = false;
  #stopped = false;
  #failures = 0;

  constructor(options: OutboxOptions) {
    this.#options = {
      concurrency: 8,
      leaseMs: 60_000,
      pollMs: 15_000,
      random: Math.random,
      attempted: () => {},
      ...options,
    };
  }

  wake(): void {
    this.#woken = true;
    if (this.#look === undefined && !this.#stopped) this.#look = this.#lookAndSleep();
  }

  sweep(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waitingForLook.push(resolve);
      this.wake();
    });
  }

  idle(): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waitingForIdle.push(resolve);
      this.wake();
    });
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    const lastWordsMs = Math.min(1_000, graceMs / 4);
    const ended = Promise.resolve(this.#look).then(() => Promise.all(this.#underWay.keys()));
    if ((await withTimeout(ended, graceMs - lastWordsMs)) === timedOut) {
      for (const controller of this.#underWay.values()) controller.abort(new ProcessStopping());
      await withTimeout(ended, lastWordsMs);
    }
    for (const resolve of [...this.#waitingForLook.splice(0), ...this.#waitingForIdle.splice(0)]) resolve();
  }

  /** Claims while it is woken, then sleeps until the next item is due. Only one look runs at a time. */
  async #lookAndSleep(): Promise<void> {
    clearTimeout(this.#timer);
    const waiting = this.#waitingForLook.splice(0);
    let sleepMs = this.#options.pollMs;
    try {
      while (this.#woken && !this.#stopped) {
        this.#woken = false;
        await this.#claim();
      }
      if (!this.#stopped) sleepMs = await this.#untilNextDue();
      if (this.#failures > 0) this.#options.log.info({}, "the outbox reaches the database again");
      this.#failures = 0;
    } catch (error) {
      if (this.#failures++ === 0) {
        this.#options.log.warn({ err: error }, "the outbox does not reach the database");
      }
      sleepMs = Math.min(longestOutagePauseMs, 100 * 2 ** this.#failures);
    }
    for (const resolve of waiting) resolve();
    this.#look = undefined;
    if (this.#stopped) return;
    if (this.#woken) this.wake();
    else this.#timer = setTimeout(() => this.wake(), Math.max(shortestSleepMs, sleepMs));
  }

  async #claim(): Promise<void> {
    const { database, handlers, concurrency, leaseMs } = this.#options;
    const limit = concurrency - this.#underWay.size;
    if (limit <= 0) return;
    const items = await store.claim(database.db, { limit, leaseMs });
    if (this.#stopped) return store.release(database.db, items);
    for (const item of items) {
      const handler = Object.hasOwn(handlers, item.kind) ? handlers[item.kind] : undefined;
      const stopping = new AbortController();
      const attempt = { ...this.#options, item, handler, db: database.db, spacing: this.#spacing, stopping };
      const work = carryOut(attempt).finally(() => {
        this.#underWay.delete(work);
        this.wake();
      });
      this.#underWay.set(work, stopping);
    }
  }

  /** In milliseconds. With no room there is no need to ask: the next that ends wakes us. */
  async #untilNextDue(): Promise<number> {
    const { database, concurrency, pollMs } = this.#options;
    if (this.#underWay.size >= concurrency) return pollMs;
    const dueInMs = await store.nextDue(database.db);
    const nothingDue = dueInMs === null || dueInMs > 0;
    if (nothingDue && this.#underWay.size === 0 && !this.#woken) {
      for (const resolve of this.#waitingForIdle.splice(0)) resolve();
    }
    return Math.min(pollMs, dueInMs ?? pollMs);
  }
}
