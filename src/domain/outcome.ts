/**
 * How one try to send something ended. `retry`: try again; with `sent: "unknown"` the far end may have got it, its
 * answer was lost. `later`: a part is done, go on with the rest after so many milliseconds. `postponed`: nothing was tried,
 * it does not count as a try. `dead`: no further try can help.
 */
export type Outcome =
  | { kind: "done" }
  | { kind: "later"; afterMs: number }
  | { kind: "postponed"; afterMs: number; reason: string }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number }
  | { kind: "dead"; reason: string };
