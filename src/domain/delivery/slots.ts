/** The scheduled work that is done once a slot, however many processes run. */
export const jobs = ["expire", "remind", "silence", "forget", "prune"] as const;

export type Job = (typeof jobs)[number];

const minuteMs = 60_000;

/** The slot that a moment lies in: the start of its minute, the same in every process and every time zone. */
export function slotOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / minuteMs) * minuteMs);
}
