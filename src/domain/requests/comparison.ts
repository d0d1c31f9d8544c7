/** One commit of a build, as it was registered. */
export type Commit = { hash: string; message: string; author: string | null; link: string | null };

/** The facts about a build to compare. Of two builds of an integration, the one registered later is newer. */
export type ComparedBuild = { id: string; version: string; commit: string | null; createdAt: Date };

/** The most builds between two that are read. If there are more, counts say "at least". */
export const maxBuildsCompared = 100;

/** The most commits that are read and shown. The others are only counted. */
export const commitsShown = 10;

/** The facts about a promotion from one build to another. */
export type ComparisonFacts = {
  /** The build that is live in the target; null for none. */
  from: ComparedBuild | null;
  to: ComparedBuild;
  /** The builds registered after the older of the two, up to and including the newer one. */
  between: {
    /** How many of the builds before `to` were never live in the target. */
    neverLive: number;
    /** How many of them were registered without commits. */
    unlisted: number;
    /** Whether there are more builds than `maxBuildsCompared`. */
    more: boolean;
    /** Newest first, each once; at most `commitsShown`. */
    commits: readonly Commit[];
    commitCount: number;
  };
  /** The newest build of the integration, if it is newer than `to`. */
  newest: { id: string; version: string } | null;
  /** Whether `from` was deployed outside approval: it bypassed the gate. */
  outside: boolean;
  /** The address of a comparison of two commits, with {from} and {to} as placeholders. */
  compareUrl: string | null;
};

/** `first`: nothing is live in the target. `back`: the build is older than the one that is live there. */
export type Direction = "first" | "forward" | "back";

/** A fact that a reviewer should know. Each surface has its own words for it. */
export type Remark =
  | { kind: "first" }
  | { kind: "rollback" }
  | { kind: "lower-version" }
  | { kind: "outside" }
  | { kind: "skipped"; count: number; atLeast: boolean }
  | { kind: "newer"; buildId: string; version: string }
  | { kind: "same-commit" };

export type Comparison = {
  direction: Direction;
  /** The commits that the promotion adds or, for `back`, removes. */
  commits: { shown: readonly Commit[]; count: number; atLeast: boolean };
  /** The http or https address of a comparison of the two builds, if there is one. */
  link: string | null;
  remarks: Remark[];
};

/** Compares a build with the one that is live in the target. Returns null if they are the same build. */
export function compare(facts: ComparisonFacts): Comparison | null {
  const { from, to, between } = facts;
  if (from?.id === to.id) return null;
  const direction = from === null ? "first" : isOlder(to, from) ? "back" : "forward";
  return {
    direction,
    commits: {
      shown: between.commits.slice(0, commitsShown),
      count: between.commitCount,
      atLeast: between.unlisted > 0 || between.more,
    },
    link: linkOf(facts, direction),
    remarks: remarksOf(facts, direction),
  };
}

/** Returns the weight of a remark. `caution`: check it before you decide. `note`: good to know. */
export function weightOf({ kind }: Remark): "caution" | "note" {
  return kind === "skipped" || kind === "newer" || kind === "same-commit" ? "note" : "caution";
}

/** Builds registered at the same time are ordered by their ids, as in the database. */
function isOlder(one: ComparedBuild, other: ComparedBuild): boolean {
  const difference = one.createdAt.getTime() - other.createdAt.getTime();
  return difference === 0 ? one.id < other.id : difference < 0;
}

function remarksOf({ from, to, between, newest, outside }: ComparisonFacts, direction: Direction): Remark[] {
  const remarks: Remark[] = [];
  if (direction === "first") remarks.push({ kind: "first" });
  if (direction === "back") remarks.push({ kind: "rollback" });
  if (direction === "forward" && from !== null && isLowerVersion(to.version, from.version)) {
    remarks.push({ kind: "lower-version" });
  }
  if (outside) remarks.push({ kind: "outside" });
  if (from !== null && isSameCommit(from.commit, to.commit)) remarks.push({ kind: "same-commit" });
  if (direction === "forward" && between.neverLive > 0) {
    remarks.push({ kind: "skipped", count: between.neverLive, atLeast: between.more });
  }
  // A rollback always has a newer build.
  if (direction !== "back" && newest !== null) {
    remarks.push({ kind: "newer", buildId: newest.id, version: newest.version });
  }
  return remarks;
}

/** Returns whether a version is lower than another, such as a hotfix of an older release. Returns false unless both are numeric. */
function isLowerVersion(one: string, other: string): boolean {
  const [low, high] = [numbersOf(one), numbersOf(other)];
  const positions = Array.from({ length: Math.max(low.length, high.length) }, (_, at) => at);
  const difference = positions.map((at) => (low[at] ?? 0) - (high[at] ?? 0)).find((by) => by !== 0) ?? 0;
  return low.length > 0 && high.length > 0 && difference < 0;
}

/** Returns the numbers of "1.4.2", "v1.4.2-rc.1", or "2026.11.30+7", and an empty list for anything else. */
function numbersOf(version: string): number[] {
  const numbers = /^v?(\d+(?:\.\d+)+)(?:[-+].*)?$/i.exec(version.trim())?.[1];
  return numbers?.split(".").map(Number) ?? [];
}

/** Returns whether two hashes are of the same commit. One may be abbreviated to at least seven characters. */
function isSameCommit(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short === long || (short.length >= 7 && long.startsWith(short));
}

/** The comparison goes from the older to the newer build: most code hosts show nothing the other way round. */
function linkOf({ from, to, compareUrl }: ComparisonFacts, direction: Direction): string | null {
  if (from === null || compareUrl === null || isSameCommit(from.commit, to.commit)) return null;
  const [older, newer] = direction === "back" ? [to, from] : [from, to];
  if (older.commit === null || newer.commit === null) return null;
  return compareLink(compareUrl, older.commit, newer.commit);
}

/**
 * Returns the address of a comparison, or null if the template is unusable: the address must be http or https, and the
 * commits must not determine its host.
 *
 * @param template an address with {from} and {to} as placeholders
 */
export function compareLink(template: string, from: string, to: string): string | null {
  const address = filled(template, from, to);
  const plain = filled(template, "0", "0");
  if (!URL.canParse(address) || !URL.canParse(plain)) return null;
  const { protocol, origin, href } = new URL(address);
  if (protocol !== "http:" && protocol !== "https:") return null;
  return origin === new URL(plain).origin ? href : null;
}

function filled(template: string, from: string, to: string): string {
  // encodeURIComponent throws on an unpaired surrogate.
  const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
  return template.replace(/\{(from|to)\}/g, (_, which) => encoded(which === "from" ? from : to));
}
