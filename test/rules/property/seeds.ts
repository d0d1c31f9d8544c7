/** The seeds of CI, which are always the same, so that a failure there can be repeated here. */
const ciSeeds = [3, 14];

/** How many walks each seed takes. */
export const runsPerSeed = 15;

/** Returns the seeds to run: those of CI, or those that `PROPERTY_SEEDS` names, such as `7` or `1..50`. */
export function readSeeds(given = process.env.PROPERTY_SEEDS): number[] {
  if (given === undefined) return ciSeeds;
  const [, from = "", to = from] = /^(\d+)(?:\.\.(\d+))?$/.exec(given) ?? [];
  const first = Number(from);
  const last = Number(to);
  if (from === "" || last < first)
    throw new Error(`PROPERTY_SEEDS is a number or a range such as 1..50, not ${given}`);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
