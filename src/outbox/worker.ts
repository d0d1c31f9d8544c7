import type { Database } from "../../db/connection/connect.ts";
import * as store from "../../db/delivery/outbox.ts";
import { reopenUnhandled } from "../../db/delivery/outbox-settle.ts";
import type { Log } from "../lib/log.ts";
import { timedOut, withTimeout } from "../lib/timeout.ts";
import { type AttemptOutcome, carryOut, ProcessStopping } from "./attempt.ts";
import type { Handler } from "./handlers.ts";
import { LaneSlots } from "./lanes.ts";
import { createSpacing } from "./spacing.ts";

export type Outbox = {
  /** Claims what is due now. Call it after adding items. */
  wake(): void;
  /**
   * Reopens what a replica of an earlier version gave up because it did not know its kind. Resolves when the due items have
   * been claimed, up to the slots of each lane. For the scheduled sweep.
   */
  sweep(): Promise<void>;
  /** Resolves when nothing is due and nothing is running. For tests. */
  idle(): Promise<void>;
  /**
   * Claims nothing more and waits for running handlers, at most `graceMs` milliseconds in all. Shortly before that, it
   * aborts the rest and settles their items as possibly sent, so that no lease is left behind.
   */
  stop(graceMs: number): Promise<void>;
};

export type OutboxOptions = {
  database: Database;
  /** By kind, as `bindHandlers` returns them. An item of another kind waits for a replica that knows it. */
  handlers: Record<string, Handler>;
  log: Pick<Log, "info" | "warn" | "error">;
  /** Called after each attempt, for metrics. */
  attempted?: (kind: string, outcome: AttemptOutcome) => void;
  /** How many items of each lane run at once. Default: 8. */
  concurrency?: number;
  /** In milliseconds, longer than any handler takes. Default: 60,000. Handlers are aborted after three quarters. */
  leaseMs?: number;
  /** The longest sleep between two looks at the database, in milliseconds. Default: 15,000. */
  pollMs?: number;
  random?: () => number;
};

const shortestSleepMs = 20;

/** How often a worker looks for items that become due while another lane has no free slot, in milliseconds. */
const behindFullMs = 1_000;

const longestDatabasePauseMs = 2_000;

/** Starts a worker that claims due items and runs their handlers, each item on its own, in slots for each lane. */
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
  readonly #slots: LaneSlots;
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
    this.#slots = new LaneSlots(this.#options.concurrency);
  }

  wake(): void {
    this.#slots.expectAll();
    this.#resume();
  }

  #resume(): void {
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

  /** Claims until nothing wakes it, then sleeps until the next item is due. Runs only once at a time. */
  async #lookAndSleep(): Promise<void> {
    clearTimeout(this.#timer);
    const { database, handlers } = this.#options;
    const waiting = this.#waitingForLook.splice(0);
    let sleepMs = this.#options.pollMs;
    try {
      if (waiting.length > 0) await reopenUnhandled(database.db, Object.keys(handlers));
      while (this.#woken && !this.#stopped) {
        this.#woken = false;
        await this.#claim();
      }
      if (!this.#stopped) sleepMs = await this.#untilNextDue();
      if (this.#failures > 0) this.#options.log.info({}, "the outbox worker can reach the database again");
      this.#failures = 0;
    } catch (error) {
      if (this.#failures++ === 0) {
        this.#options.log.warn({ err: error }, "the outbox worker does not reach the database");
      }
      sleepMs = Math.min(longestDatabasePauseMs, 100 * 2 ** this.#failures);
    }
    for (const resolve of waiting) resolve();
    this.#look = undefined;
    if (this.#stopped) return;
    if (this.#woken) this.#resume();
    else this.#timer = setTimeout(() => this.wake(), Math.max(shortestSleepMs, sleepMs));
  }

  /** Claims until nothing is due for which there is a slot. */
  async #claim(): Promise<void> {
    const { database, leaseMs } = this.#options;
    for (let next = this.#slots.next(); next !== null && !this.#stopped; next = this.#slots.next()) {
      // Before the claim, because what is added during it must be looked for again.
      this.#slots.exhaust(next);
      const { limit, among } = next;
      const items = await store.claim(database.db, { limit, leaseMs, among });
      if (this.#stopped) return store.release(database.db, items);
      for (const item of items) this.#start(item);
      if (items.length === limit) this.#slots.expect(next);
    }
  }

  #start(item: store.ClaimedItem): void {
    const { database, handlers } = this.#options;
    const handler = Object.hasOwn(handlers, item.kind) ? handlers[item.kind] : undefined;
    const stopping = new AbortController();
    const attempt = { ...this.#options, item, handler, db: database.db, spacing: this.#spacing, stopping };
    this.#slots.take(item.kind);
    const work = carryOut(attempt).finally(() => {
      this.#slots.free(item.kind);
      this.#underWay.delete(work);
      this.#resume();
    });
    this.#underWay.set(work, stopping);
  }

  /** Returns the time until the next item is due, in milliseconds. In a full lane, the next handler that ends resumes the work. */
  async #untilNextDue(): Promise<number> {
    const { database, pollMs } = this.#options;
    const { full } = this.#slots;
    if (full !== "none") return full === "all" ? pollMs : Math.min(pollMs, behindFullMs);
    const dueInMs = await store.nextDue(database.db);
    const nothingDue = dueInMs === null || dueInMs > 0;
    if (nothingDue && this.#underWay.size === 0 && !this.#woken) {
      for (const resolve of this.#waitingForIdle.splice(0)) resolve();
    }
    return Math.min(pollMs, dueInMs ?? pollMs);
  }
}
