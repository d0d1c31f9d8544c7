import { accept, type Result, refuse } from "../shared/result.ts";

const dayMs = 86_400_000;

/** How long the previous secret works after a token was handed over, in milliseconds: a day. */
export const overlapMs = dayMs;

/** The admins are told at most this long before a token ends, in milliseconds: a week. */
const mostNoticeMs = 7 * dayMs;

/** Checks the end of a token that is made or edited; null for none. Refuses `end-passed`. */
export function checkEnd(endsAt: Date | null, now: Date): Result<null> {
  return endsAt !== null && endsAt <= now ? refuse({ code: "end-passed" }) : accept(null);
}

/** Returns whether a token has ended. It ends at that exact time. */
export const hasEnded = (endsAt: Date | null, now: Date): boolean => endsAt !== null && endsAt <= now;

/** Returns whether the admins are to know that a token ends soon: a week before or, if it is short-lived, its last quarter. */
export function endsSoon({ madeAt, endsAt }: { madeAt: Date; endsAt: Date | null }, now: Date): boolean {
  if (endsAt === null) return false;
  const noticeMs = Math.min(mostNoticeMs, (endsAt.getTime() - madeAt.getTime()) / 4);
  return endsAt.getTime() - now.getTime() <= noticeMs;
}

/**
 * Returns until when the old secret of a token works after it was handed over. Null if it had stopped working already: it
 * never works again.
 */
export function oldSecretUntil(stopped: boolean, endsAt: Date | null, now: Date): Date | null {
  if (stopped) return null;
  const until = new Date(now.getTime() + overlapMs);
  return endsAt !== null && endsAt < until ? endsAt : until;
}
