import type { KindFilter } from "../../db/delivery/outbox.ts";
import { items, kinds } from "./items.ts";

/** Whom an item's handler waits for. Each has slots of its own, so that a slow one holds up no other. */
export const lanes = ["slack", "email", "deployers", "signoff"] as const;

export type Lane = (typeof lanes)[number];

/** Returns the lane of a kind. What calls nobody, and a kind that only another version knows, is Signoff's own work. */
export function laneOf(kind: string): Lane {
  if (kind === "deploy") return "deployers";
  const own = kinds.find((known) => known === kind);
  return own === undefined ? "signoff" : (items[own].provider ?? "signoff");
}

/** What to claim next: at most `limit` items of these kinds, whichever of the `lanes` they turn out to be of. */
export type Claim = { lanes: readonly Lane[]; among: KindFilter; limit: number };

/** Counts how many items of each lane run, of at most `size`, and knows in which lanes further items may be due. */
export class LaneSlots {
  readonly #used = new Map<Lane, number>();
  readonly #mayBeDue = new Set<Lane>(lanes);
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  take(kind: string): void {
    this.#change(laneOf(kind), 1);
  }

  /** Frees the slot of an item that ended. It may be due again at once, and others of its lane may wait. */
  free(kind: string): void {
    const lane = laneOf(kind);
    this.#change(lane, -1);
    this.#mayBeDue.add(lane);
  }

  /** Forgets in which lanes nothing is due, because items were added or became due. */
  expectAll(): void {
    for (const lane of lanes) this.#mayBeDue.add(lane);
  }

  /** Returns what to claim, or null if there is no slot for what may be due. */
  next(): Claim | null {
    const open = lanes.filter((lane) => this.#mayBeDue.has(lane) && this.#freeIn(lane) > 0);
    if (open.length === 0) return null;
    const isOpen = (kind: string) => open.includes(laneOf(kind));
    // Kinds that only another version knows are in the lane `signoff`, and cannot be listed.
    const among: KindFilter = open.includes("signoff")
      ? { except: kinds.filter((kind) => !isOpen(kind)) }
      : { only: kinds.filter(isOpen) };
    return { lanes: open, among, limit: Math.min(...open.map((lane) => this.#freeIn(lane))) };
  }

  /** Stores that a claim finds all that is due. Looking again is not free: it reads what waits in the full lanes. */
  exhaust(claim: Claim): void {
    for (const lane of claim.lanes) this.#mayBeDue.delete(lane);
  }

  /** Stores that a claim found as many items as it could take, so that there may be more. */
  expect(claim: Claim): void {
    for (const lane of claim.lanes) this.#mayBeDue.add(lane);
  }

  /** Returns how many lanes have no free slot: some of them, all, or none. */
  get full(): "none" | "some" | "all" {
    const count = lanes.filter((lane) => this.#freeIn(lane) <= 0).length;
    return count === 0 ? "none" : count === lanes.length ? "all" : "some";
  }

  #freeIn(lane: Lane): number {
    return this.#size - (this.#used.get(lane) ?? 0);
  }

  #change(lane: Lane, by: number): void {
    this.#used.set(lane, (this.#used.get(lane) ?? 0) + by);
  }
}
