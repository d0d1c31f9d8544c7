import { type Rename, Renames } from "../stories/renames.ts";
import type { Held } from "../stories/settings-history.ts";

/** Settings from the beginning on: Ann and Bob may review, two approvals are needed, everybody is there. */
export const firstHeld: Held = {
  ...{ members: ["ann", "bob"], assignees: [], requiredApprovals: 2, enabled: true, cardsTo: "reviewers" },
  ...{ away: [], isArchived: false, workflow: 1, sentAt: 0, answeredAt: 0 },
};

/** Returns what holds once a change has been made, from a moment on; it was sent a second earlier. */
export const heldFrom = (second: number, change: Partial<Held>): Held => ({
  ...{ ...firstHeld, ...change },
  ...{ sentAt: (second - 1) * 1_000, answeredAt: second * 1_000 },
});

/** Returns these renames of a run. */
export function renamesOf(...tried: Rename[]): Renames {
  // Nothing is renamed: only what was tried is read.
  const renames = new Renames({} as ConstructorParameters<typeof Renames>[0]);
  renames.tried.push(...tried);
  return renames;
}
