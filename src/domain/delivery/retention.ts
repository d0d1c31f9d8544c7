/**
 * How long what was sent, or given up, is known, in milliseconds: half a year. That is longer than a request can wait, so
 * that nothing is done twice that is done once for its key's sake.
 */
export const deliveriesKeptMs = 180 * 24 * 3_600_000;
