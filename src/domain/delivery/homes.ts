/** For so long after somebody opened their Home it is kept up to date, in milliseconds: Slack never says when it was closed. */
export const lookedAtMs = 15 * 60_000;

/** A Home is not drawn again by itself sooner than this after the last time, in milliseconds. */
const redrawEveryMs = 5_000;

/**
 * In how many milliseconds a Home that shows something old may be drawn again; null where nobody looks at it any more,
 * and it is drawn when they open it.
 */
export function redrawAfterMs(home: { openedAt: Date; drawnAt: Date | null }, now: Date): number | null {
  if (now.getTime() - home.openedAt.getTime() > lookedAtMs) return null;
  if (home.drawnAt === null) return 0;
  // A clock that was set back must not make a Home wait for longer.
  return Math.min(redrawEveryMs, Math.max(0, home.drawnAt.getTime() + redrawEveryMs - now.getTime()));
}
