/** The scheduled jobs. Each runs once per slot, however many processes run. */
export const jobs = ["expire", "remind", "silence", "forget", "prune"] as const;

export type Job = (typeof jobs)[number];

const minuteMs = 60_000;

/** Returns the slot of a moment: the start of its minute in UTC, the same in every process. */
export function slotOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / minuteMs) * minuteMs);
}
