/**
 * How one try to send something ended. `done`: it is over; with a reason nothing was sent, as it was not needed any more. `retry`: try again; with `sent: "unknown"` the far end may have got it, its
 * answer was lost. `later`: a part is done, go on with the rest after so many milliseconds. `postponed`: nothing was tried,
 * it does not count as a try; with `refused` the far end takes nothing of ours, whatever it is, with `limited` no more for now. `dead`: no further try can help.
 */
export type Outcome =
  | { kind: "done"; reason?: string }
  | { kind: "later"; afterMs: number }
  | { kind: "postponed"; afterMs: number; reason: string; refused?: true; limited?: true }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number }
  | { kind: "dead"; reason: string };

/** Nobody needs to be told any more. Where an earlier try may have got through, it counts as sent. */
export const notNeeded = ({ inDoubt }: { inDoubt: boolean }): Outcome =>
  inDoubt ? { kind: "done" } : { kind: "done", reason: "not needed any more" };
