import type { Db } from "../../db/connect.ts";
import * as store from "../../db/outbox.ts";
import type { Outcome } from "../domain/outcome.ts";
import { maxAttempts, retryAfterMs } from "./retry.ts";

export type { Outcome };

export type Item = store.ClaimedItem;

export type Handler = {
  /**
   * One attempt. What it throws counts as a retry of which it is unknown whether anything was sent. The signal aborts
   * well before the lease ends: a handler that goes on may meet another one on the same item.
   */
  run(item: Item, signal: AbortSignal): Promise<Outcome>;
  /** Writes down that the item will not be tried again. Runs before it is settled; when this throws it is tried again. */
  onDead?(item: Item, reason: string): Promise<void>;
};

export type Log = {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
};

export type Attempt = {
  item: Item;
  handler: Handler | undefined;
  db: Db;
  leaseMs: number;
  log: Log;
  random: () => number;
  /** Aborted when the process must end. */
  stopping: AbortController;
};

/** Carries out one claimed item and settles it. Never throws: what goes wrong is in the outbox or in the log. */
export async function carryOut(attempt: Attempt): Promise<void> {
  const { item, log } = attempt;
  const leaseEnds = Date.now() + attempt.leaseMs;
  const settlement = await settlementOf(attempt);
  const facts = { kind: item.kind, key: item.key, organizationId: item.organizationId };
  try {
    const settled = await settle(attempt, settlement, leaseEnds);
    if (settled === "lost") log.warn(facts, "an outbox item took longer than its lease");
  } catch (error) {
    log.warn({ ...facts, err: error }, "an outbox item could not be settled: it comes back in doubt");
  }
}

async function settlementOf(attempt: Attempt): Promise<store.Settlement> {
  const { item, handler, log, random, stopping } = attempt;
  const outcome = await outcomeOf(attempt);
  if (outcome.kind === "done" || outcome.kind === "later" || outcome.kind === "postponed") return outcome;
  if (outcome.kind === "retry" && item.attempts < maxAttempts) {
    const backoffMs = retryAfterMs(item.attempts, random());
    const afterMs = stopping.signal.aborted ? 0 : Math.max(outcome.afterMs ?? 0, backoffMs);
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: outcome.sent === "unknown" };
  }
  const reason =
    outcome.kind === "dead"
      ? outcome.reason
      : `given up after ${Math.min(item.attempts, maxAttempts)} attempts: ${outcome.reason}`;
  const facts = { kind: item.kind, key: item.key, organizationId: item.organizationId, reason };
  try {
    await handler?.onDead?.(item, reason);
    log.error(facts, "an outbox item is dead");
    return { kind: "dead", reason };
  } catch (error) {
    log.error({ ...facts, err: error }, "an outbox item's death could not be written down");
    const afterMs = retryAfterMs(item.attempts, random());
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: false };
  }
}

async function outcomeOf(attempt: Attempt): Promise<Outcome> {
  const { item, handler, leaseMs, log, stopping } = attempt;
  if (handler === undefined) return { kind: "dead", reason: `nothing handles ${item.kind}` };
  // Claimed once too often: the process died in its last attempt, or its death could not be written down.
  if (item.attempts > maxAttempts) {
    return { kind: "retry", reason: item.reason ?? "the process died each time", sent: "unknown" };
  }
  const timer = setTimeout(() => stopping.abort(new Error("it took too long")), leaseMs * 0.75);
  try {
    return await Promise.race([handler.run(item, stopping.signal), overdue(stopping.signal, leaseMs * 0.15)]);
  } catch (error) {
    log.warn({ err: error, kind: item.kind, key: item.key }, "an outbox item's attempt failed");
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "retry", reason, sent: "unknown" };
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects some time after the signal: a handler that does not listen must not keep its place for ever. */
function overdue(signal: AbortSignal, graceMs: number): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      setTimeout(() => reject(signal.reason), graceMs).unref();
    });
  });
}

/** What happened at the far end must be written down: as long as the lease lasts, a lost database is waited for. */
async function settle(
  attempt: Attempt,
  settlement: store.Settlement,
  leaseEnds: number,
): Promise<store.Settled> {
  for (let tries = 0; ; tries++) {
    try {
      return await store.settle(attempt.db, attempt.item, settlement);
    } catch (error) {
      const waitMs = Math.min(1_000, 50 * 2 ** tries);
      if (Date.now() + waitMs >= leaseEnds || attempt.stopping.signal.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
