/** The gap between two items, in milliseconds. Slack allows about one call per second for most methods (tier 3). */
const gapMs = 1_000;

/** Returns how much longer than `afterMs` an item waits; both in milliseconds. */
export type Spacing = (
  item: { organizationId: string; kind: string; priority: number },
  afterMs: number,
) => number;

/**
 * Spreads out the items that wait for a provider's rate limit, per organization and kind. Thousands of cards that follow
 * a change of settings return one by one, which leaves room for urgent items. Items of priority 0 are not spread out.
 */
export function createSpacing(clock: () => number = () => performance.now()): Spacing {
  const nextSlots = new Map<string, number>();
  return ({ organizationId, kind, priority }, afterMs) => {
    if (priority === 0) return 0;
    const queue = `${organizationId} ${kind}`;
    const earliest = clock() + afterMs;
    const slot = Math.max(earliest, nextSlots.get(queue) ?? 0);
    nextSlots.set(queue, slot + gapMs);
    return slot - earliest;
  };
}
