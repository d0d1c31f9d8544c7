import { versionKey } from "./build-identity.ts";

/** The numbers of a version and the identifiers of its pre-release, as in semantic versioning. */
type VersionNumbers = { numbers: bigint[]; preRelease: string[] };

/** Parses "1.4.2", "v1.4.2-rc.1", "2026.11.30+7", or "42". Returns null for anything else. */
function parse(version: string): VersionNumbers | null {
  const match = /^([0-9]+(?:\.[0-9]+)*)(?:-([0-9a-z.-]+))?(?:\+.*)?$/i.exec(versionKey(version));
  if (match === null) return null;
  const [, numbers = "", preRelease] = match;
  return { numbers: numbers.split(".").map(BigInt), preRelease: preRelease?.split(".") ?? [] };
}

/**
 * Compares two numeric versions by the precedence of semantic versioning (https://semver.org/#spec-item-11), with any
 * number of numbers. Returns a negative number if the first is lower, 0 if they are equal, and null unless both are
 * numeric.
 */
export function compareVersions(one: string, other: string): number | null {
  const [a, b] = [parse(one), parse(other)];
  if (a === null || b === null) return null;
  const length = Math.max(a.numbers.length, b.numbers.length);
  for (let at = 0; at < length; at += 1) {
    const order = compare(a.numbers[at] ?? 0n, b.numbers[at] ?? 0n);
    if (order !== 0) return order;
  }
  return comparePreReleases(a.preRelease, b.preRelease);
}

/**
 * Returns whether a version is lower than another, such as a hotfix of an older release. A single number may count
 * builds, so it is neither.
 */
export function isLowerVersion(one: string, other: string): boolean {
  const isSingle = (version: string) => (parse(version)?.numbers.length ?? 0) < 2;
  return !isSingle(one) && !isSingle(other) && (compareVersions(one, other) ?? 0) < 0;
}

const compare = <T>(one: T, other: T): number => (one < other ? -1 : one > other ? 1 : 0);

/** A version without a pre-release is higher than the same version with one. */
function comparePreReleases(one: readonly string[], other: readonly string[]): number {
  if (one.length === 0 || other.length === 0) return compare(other.length, one.length);
  const shared = Math.min(one.length, other.length);
  for (let at = 0; at < shared; at += 1) {
    const order = compareIdentifiers(one[at] ?? "", other[at] ?? "");
    if (order !== 0) return order;
  }
  return compare(one.length, other.length);
}

/** Numeric identifiers are compared as numbers, and are lower than others. */
function compareIdentifiers(one: string, other: string): number {
  const [a, b] = [/^[0-9]+$/.test(one), /^[0-9]+$/.test(other)];
  if (a && b) return compare(BigInt(one), BigInt(other));
  return a === b ? compare(one, other) : a ? -1 : 1;
}
