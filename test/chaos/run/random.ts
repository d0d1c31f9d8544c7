import { createHash } from "node:crypto";

/** Choices that a seed determines. */
export type Random = {
  /** Returns a number from 0 (included) to 1 (excluded). */
  next(): number;
  /** Returns true with this probability. */
  chance(probability: number): boolean;
  /** Returns a whole number; both ends are included. */
  between(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  /** Picks one by its weight. */
  weighted<T extends string>(weights: Record<T, number>): T;
  shuffled<T>(of: readonly T[]): T[];
};

/**
 * Returns a separate stream of choices for each name, so that the number of choices in one does not change the others.
 * The generator is mulberry32.
 */
export function random(seed: number, name: string): Random {
  let state = createHash("sha256").update(`${seed} ${name}`).digest().readUInt32LE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  const pick = <T>(of: readonly T[]): T => {
    if (of.length === 0) throw new Error("There is nothing to pick from");
    return of[Math.floor(next() * of.length)] as T;
  };
  return {
    next,
    chance: (probability) => next() < probability,
    between,
    pick,
    weighted: <T extends string>(weights: Record<T, number>): T => {
      const entries = Object.entries(weights) as [T, number][];
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of entries) {
        left -= weight;
        if (left < 0) return name;
      }
      return (entries.at(-1) as [T, number])[0];
    },
    shuffled: (of) => {
      const rest = [...of];
      return of.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as (typeof of)[number]);
    },
  };
}
