/** How far apart they come, in milliseconds: Slack takes about one call a second of most methods for long (tier 3). */
const apartMs = 1_000;

/** Gives an item the next place in its line, as how much longer than `afterMs` it waits; both in milliseconds. */
export type Spacing = (
  item: { organizationId: string; kind: string; priority: number },
  afterMs: number,
) => number;

/**
 * What nobody waits for stands in line behind a far end's limit, by organization and kind, and comes back one by one.
 * Thousands of cards that follow a change of settings so leave room for those that somebody waits for, and are not
 * prepared in vain again and again. What somebody waits for stands in no line.
 */
export function createSpacing(clock: () => number = () => performance.now()): Spacing {
  const ends = new Map<string, number>();
  return ({ organizationId, kind, priority }, afterMs) => {
    if (priority === 0) return 0;
    const spacing = `${organizationId} ${kind}`;
    const soonest = clock() + afterMs;
    const place = Math.max(soonest, ends.get(spacing) ?? 0);
    ends.set(spacing, place + apartMs);
    return place - soonest;
  };
}
