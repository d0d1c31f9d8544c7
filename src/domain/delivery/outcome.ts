/**
 * How one attempt to deliver an outbox item ended.
 *
 * - `done`: delivered or, with a reason, not sent because it was no longer needed.
 * - `later`: partly done; continue after `afterMs` milliseconds.
 * - `postponed`: not attempted, so it does not count as an attempt. `refused`: the provider rejects everything.
 *   `deniedCall`: it rejects this method until an admin allows it. `limited`: a rate limit holds it back.
 * - `retry`: failed; try again. With `sent: "unknown"`, it may have been delivered, because the response was lost.
 *   `attempts`: after how many attempts it is given up, if that is sooner than usual.
 * - `dead`: failed permanently.
 */
export type Outcome =
  | { kind: "done"; reason?: string }
  | { kind: "later"; afterMs: number }
  | {
      kind: "postponed";
      afterMs: number;
      reason: string;
      refused?: true;
      deniedCall?: string;
      limited?: true;
    }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number; attempts?: number }
  | { kind: "dead"; reason: string };

/** Returns the outcome of an item that is no longer needed. If an earlier attempt may have succeeded, it counts as sent. */
export const notNeeded = ({ inDoubt }: { inDoubt: boolean }): Outcome =>
  inDoubt ? { kind: "done" } : { kind: "done", reason: "not needed any more" };
