/**
 * How one try to send something ended. `retry`: try again; with `sent: "unknown"` the far end may have got it, its
 * answer was lost. `dead`: no further try can help.
 */
export type Outcome =
  | { kind: "done" }
  | { kind: "retry"; reason: string; sent: "no" | "unknown"; afterMs?: number }
  | { kind: "dead"; reason: string };
