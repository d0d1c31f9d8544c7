import type { Surface } from "../shared/actor.ts";

/** The surfaces whose changes of settings the admins are told about: nobody sees them being made. */
export const digestSurfaces = ["api", "seed", "command-line"] as const satisfies readonly Surface[];

export const isInDigest = (surface: Surface): boolean => digestSurfaces.some((one) => one === surface);

/** How long changes are collected before the admins are told, in milliseconds. */
const collectMs = 60_000;

/** The shortest time between two digests, in milliseconds. */
const spacingMs = 5 * 60_000;

/** Returns how long the next digest waits, in milliseconds: for more changes, and for the spacing to the last one. */
export function digestWaitMs(sentAt: Date, now: Date): number {
  return Math.max(collectMs, remainingSpacingMs(sentAt, now));
}

/** Returns how long it takes until another digest may be sent, in milliseconds; 0 if it may be sent now. */
export function remainingSpacingMs(sentAt: Date, now: Date): number {
  return Math.max(0, sentAt.getTime() + spacingMs - now.getTime());
}
