/** How long after it was opened an App Home is kept up to date. Slack does not report when a Home is closed. */
export const homeWatchedMs = 15 * 60_000;

/** The shortest time between two automatic redraws of one Home. */
const redrawEveryMs = 5_000;

/**
 * Returns in how many milliseconds an outdated Home may be redrawn, or null if it was opened too long ago: then it is
 * redrawn when it is next opened.
 */
export function redrawAfterMs(home: { openedAt: Date; drawnAt: Date | null }, now: Date): number | null {
  if (now.getTime() - home.openedAt.getTime() > homeWatchedMs) return null;
  if (home.drawnAt === null) return 0;
  // If the clock was set back, the wait must not grow.
  return Math.min(redrawEveryMs, Math.max(0, home.drawnAt.getTime() + redrawEveryMs - now.getTime()));
}
