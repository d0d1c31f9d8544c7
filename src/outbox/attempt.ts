import type { Db } from "../../db/connection/connect.ts";
import * as store from "../../db/delivery/outbox.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import type { Log } from "../lib/log.ts";
import { maxAttempts, retryAfterMs } from "./retry.ts";
import type { Spacing } from "./spacing.ts";

export type { Outcome };

export type Item = store.ClaimedItem;

export type Handler = {
  /**
   * One attempt. What it throws counts as a retry of which it is unknown whether anything was sent. The signal aborts
   * well before the lease ends: a handler that goes on may meet another one on the same item.
   */
  run(item: Item, signal: AbortSignal): Promise<Outcome>;
  /**
   * Writes down that the item will not be tried again; `inDoubt`: one of all its tries may have got through. Runs before
   * it is settled; when this throws it is tried again.
   */
  onDead?(item: Item, reason: string): Promise<void>;
  /** After so many attempts it is dead; `maxAttempts` of retry.ts without it. */
  maxAttempts?: number;
};

/** How an attempt ended. `lost`: it took longer than its lease. `again`: a change came during it. */
export type AttemptOutcome = store.Settlement["kind"] | "again" | "lost";

/** Why an attempt is aborted when the process must end. */
export class ProcessStopping extends Error {
  constructor() {
    super("the process is stopping");
  }
}

export type Attempt = {
  item: Item;
  handler: Handler | undefined;
  db: Db;
  leaseMs: number;
  log: Pick<Log, "warn" | "error">;
  random: () => number;
  attempted: (kind: string, outcome: AttemptOutcome) => void;
  spacing: Spacing;
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
    attempt.attempted(item.kind, settled === "lost" || settled === "again" ? settled : settlement.kind);
    if (settled === "lost") log.warn(facts, "an outbox item took longer than its lease");
  } catch (error) {
    log.warn({ ...facts, err: error }, "an outbox item could not be settled: it comes back in doubt");
  }
}

async function settlementOf(attempt: Attempt): Promise<store.Settlement> {
  const { item, handler, log, random, stopping } = attempt;
  const most = mostAttempts(handler);
  const outcome = await outcomeOf(attempt);
  if (outcome.kind === "done" || outcome.kind === "later") return outcome;
  if (outcome.kind === "postponed") {
    const { kind, afterMs, reason, limited } = outcome;
    return { kind, afterMs, reason, ...(limited && { behindMs: attempt.spacing(item, afterMs) }) };
  }
  if (outcome.kind === "retry" && item.attempts < most) {
    const backoffMs = retryAfterMs(item.attempts, random());
    const afterMs = Math.max(outcome.afterMs ?? 0, stopping.signal.aborted ? 0 : backoffMs);
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: outcome.sent === "unknown" };
  }
  const reason =
    outcome.kind === "dead"
      ? outcome.reason
      : `given up after ${Math.min(item.attempts, most)} attempts: ${outcome.reason}`;
  const facts = { kind: item.kind, key: item.key, organizationId: item.organizationId, reason };
  try {
    const inDoubt = item.inDoubt || (outcome.kind === "retry" && outcome.sent === "unknown");
    await handler?.onDead?.({ ...item, inDoubt }, reason);
    log.error(facts, "an outbox item is dead");
    return { kind: "dead", reason };
  } catch (error) {
    log.error({ ...facts, err: error }, "an outbox item's death could not be written down");
    const afterMs = retryAfterMs(item.attempts, random());
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: false };
  }
}

const mostAttempts = (handler: Handler | undefined): number => handler?.maxAttempts ?? maxAttempts;

async function outcomeOf(attempt: Attempt): Promise<Outcome> {
  const { item, handler, leaseMs, log, stopping } = attempt;
  if (handler === undefined) return { kind: "dead", reason: `nothing handles ${item.kind}` };
  // Claimed once too often: the process died in its last attempt, or its death could not be written down.
  if (item.attempts > mostAttempts(handler)) {
    return { kind: "retry", reason: item.reason ?? "the process died each time", sent: "unknown" };
  }
  const timer = setTimeout(() => stopping.abort(new Error("it took too long")), leaseMs * 0.75);
  try {
    return await Promise.race([handler.run(item, stopping.signal), overdue(stopping.signal, leaseMs)]);
  } catch (error) {
    log.warn({ err: error, kind: item.kind, key: item.key }, "an outbox item's attempt failed");
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: "retry", reason, sent: "unknown" };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives up some time after the signal: a handler that does not listen must not keep its place for ever, nor its lease
 * when the process ends. What it sent may still arrive, so whoever has the item next looks a moment later.
 */
function overdue(signal: AbortSignal, leaseMs: number): Promise<Outcome> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      const reason = signal.reason as Error;
      const graceMs = reason instanceof ProcessStopping ? Math.min(250, leaseMs * 0.15) : leaseMs * 0.15;
      const outcome: Outcome = { kind: "retry", reason: reason.message, sent: "unknown", afterMs: 2_000 };
      setTimeout(() => resolve(outcome), graceMs).unref();
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
