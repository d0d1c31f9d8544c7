import type { Db } from "../../db/connection/connect.ts";
import * as store from "../../db/delivery/outbox-settle.ts";
import type { Outcome } from "../domain/delivery/outcome.ts";
import { errorWords } from "../lib/error-words.ts";
import type { Log } from "../lib/log.ts";
import type { Handler, Item } from "./handlers.ts";
import { maxAttempts, retryAfterMs } from "./retry.ts";
import type { Spacing } from "./spacing.ts";

/** How an attempt ended. `lost`: it outlived its lease. `again`: the item changed during the attempt. */
export type AttemptOutcome = store.Settlement["kind"] | "again" | "lost";

/** The reason of the abort signal when the process must end. */
export class ProcessStopping extends Error {
  constructor() {
    super("the process is stopping");
  }
}

export type Attempt = {
  item: Item;
  /** Undefined if no handler exists for the item's kind. */
  handler: Handler | undefined;
  db: Db;
  leaseMs: number;
  log: Pick<Log, "warn" | "error">;
  random: () => number;
  attempted: (kind: string, outcome: AttemptOutcome) => void;
  spacing: Spacing;
  /** Aborts the handler, when it takes too long or the process must end. */
  stopping: AbortController;
};

/** Carries out one claimed item and settles it. Never throws: failures are recorded in the outbox or logged. */
export async function carryOut(attempt: Attempt): Promise<void> {
  const { item, log } = attempt;
  const leaseEnds = Date.now() + attempt.leaseMs;
  const settlement = await settlementOf(attempt);
  try {
    const settled = await settle(attempt, settlement, leaseEnds);
    attempt.attempted(item.kind, settled === "lost" || settled === "again" ? settled : settlement.kind);
    if (settled === "lost") log.warn(logFacts(item), "an outbox item outlived its lease");
  } catch (error) {
    log.warn(
      { ...logFacts(item), err: error },
      "an outbox item could not be settled; it will be retried as possibly sent",
    );
  }
}

const logFacts = ({ kind, key, organizationId }: Item) => ({ kind, key, organizationId });

async function settlementOf(attempt: Attempt): Promise<store.Settlement> {
  const { item, handler, random, stopping } = attempt;
  const outcome = await outcomeOf(attempt);
  const limit = attemptLimit(handler, outcome);
  if (outcome.kind === "done" || outcome.kind === "later") return outcome;
  if (outcome.kind === "postponed") {
    const { kind, afterMs, reason, limited } = outcome;
    return { kind, afterMs, reason, ...(limited && { behindMs: attempt.spacing(item, afterMs) }) };
  }
  if (outcome.kind === "retry" && item.attempts < limit) {
    const backoffMs = retryAfterMs(item.attempts, random());
    const afterMs = Math.max(outcome.afterMs ?? 0, stopping.signal.aborted ? 0 : backoffMs);
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: outcome.sent === "unknown" };
  }
  return giveUp(attempt, outcome);
}

/** Ends an item as dead once its handler has recorded that. */
async function giveUp(
  { item, handler, log, random }: Attempt,
  outcome: Extract<Outcome, { kind: "retry" | "dead" }>,
): Promise<store.Settlement> {
  const reason =
    outcome.kind === "dead"
      ? outcome.reason
      : `given up after ${Math.min(item.attempts, attemptLimit(handler, outcome))} attempts: ${outcome.reason}`;
  const facts = { ...logFacts(item), reason };
  try {
    const inDoubt = item.inDoubt || (outcome.kind === "retry" && outcome.sent === "unknown");
    await handler?.onDead?.({ ...item, inDoubt }, reason);
    log.error(facts, "an outbox item is dead");
    return { kind: "dead", reason };
  } catch (error) {
    log.error(
      { ...facts, err: error },
      "the end of an outbox item could not be recorded; it will be retried",
    );
    const afterMs = retryAfterMs(item.attempts, random());
    return { kind: "retry", afterMs, reason: outcome.reason, inDoubt: false };
  }
}

function attemptLimit(handler: Handler | undefined, outcome?: Outcome): number {
  const limit = handler?.maxAttempts ?? maxAttempts;
  return outcome?.kind === "retry" ? Math.min(limit, outcome.attempts ?? limit) : limit;
}

/** How long an item of a kind that this version does not know waits, in milliseconds. */
const unhandledWaitMs = 60_000;

async function outcomeOf(attempt: Attempt): Promise<Outcome> {
  const { item, handler, leaseMs, log, stopping } = attempt;
  // During an upgrade, a replica of the newer version that added it can carry it out.
  if (handler === undefined) {
    return { kind: "retry", reason: store.unhandledReason(item.kind), sent: "no", afterMs: unhandledWaitMs };
  }
  // The last attempt ended without a settlement: the process died, or onDead threw.
  if (item.attempts > attemptLimit(handler)) {
    return { kind: "retry", reason: item.reason ?? "the process died each time", sent: "unknown" };
  }
  const timer = setTimeout(() => stopping.abort(new Error("it took too long")), leaseMs * 0.75);
  try {
    return await Promise.race([handler.run(item, stopping.signal), overdue(stopping.signal, leaseMs)]);
  } catch (error) {
    log.warn({ ...logFacts(item), err: error }, "an attempt of an outbox item failed");
    const reason = errorWords(error);
    return { kind: "retry", reason, sent: "unknown" };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Resolves with a retry some time after the signal, for handlers that ignore it: the worker needs their slot, and the
 * lease must not outlive the process. Their message may still arrive, so the next attempt waits 2 seconds.
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

/** Settles the item, and retries during the lease while the database is away: a sent message must not be sent twice. */
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
