import { isTwin, sameCommitAmong } from "../deployments/build-identity.ts";
import { compareVersions, isLowerVersion } from "../deployments/version-order.ts";

/** One commit of a build, as it was registered. */
export type Commit = { hash: string; message: string; author: string | null; link: string | null };

/** The facts about a build to compare. Of two builds of an integration, the one built later is newer. */
export type ComparedBuild = { id: string; version: string; commit: string | null; createdAt: Date };

/** A build that may be a twin of the compared one. */
export type TwinCandidate = Pick<ComparedBuild, "id" | "version" | "commit"> & {
  /** Its ID where it was built. */
  externalId: string;
};

/** The most builds between two that are read. If there are more, counts say "at least". */
export const maxBuildsCompared = 100;

/** The most commits that are read and shown. The others are only counted. */
export const commitsShown = 10;

/** The facts about a promotion from one build to another. */
export type ComparisonFacts = {
  /** The build that is live in the target; null for none. */
  from: ComparedBuild | null;
  to: ComparedBuild;
  /** The builds after the older of the two, up to and including the newer one. */
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
  /** The other builds whose version or commit may be that of `to`, newest first. */
  similar?: readonly TwinCandidate[];
  /** The names of the environments to which `to` was deployed outside approval, in the order of the pipeline. */
  outsideIn?: readonly string[];
  /** Whether another request's or a pipeline's deployment to the target ended as unknown and may still be running. */
  unknownAttempt?: boolean;
  /** The address of a comparison of two commits, with {from} and {to} as placeholders. */
  compareUrl: string | null;
};

/**
 * `first`: nothing is live in the target. `back`: the build is older than the one that is live there, and its version is
 * not higher.
 */
export type Direction = "first" | "forward" | "back";

/** A fact that a reviewer should know. Each surface has its own words for it. */
export type Remark =
  | { kind: "first" }
  | { kind: "rollback" }
  | { kind: "lower-version" }
  | { kind: "outside" }
  | { kind: "deployed-outside"; environments: readonly string[] }
  | { kind: "attempt-unknown" }
  /** `builds`: the IDs of the first twins, where they were built. */
  | { kind: "twins"; builds: readonly string[]; count: number }
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

/** The most twins that are named. The others are only counted. */
const twinsNamed = 3;

/** Compares a build with the one that is live in the target. Returns null if they are the same build. */
export function compare(facts: ComparisonFacts): Comparison | null {
  const { from, to, between } = facts;
  if (from?.id === to.id) return null;
  const direction = directionOf(facts);
  // The builds between were built before the one that is live, so their commits are not what the promotion adds.
  const isReversed = direction === "forward" && from !== null && isOlder(to, from);
  return {
    direction,
    commits: isReversed
      ? { shown: [], count: 0, atLeast: false }
      : {
          shown: between.commits.slice(0, commitsShown),
          count: between.commitCount,
          atLeast: between.unlisted > 0 || between.more,
        },
    link: linkOf(facts, direction),
    remarks: remarksOf(facts, direction, isReversed),
  };
}

/** A build whose numeric version is higher is no rollback, even if it was built or registered earlier. */
function directionOf({ from, to }: ComparisonFacts): Direction {
  if (from === null) return "first";
  if (!isOlder(to, from)) return "forward";
  return (compareVersions(to.version, from.version) ?? 0) > 0 ? "forward" : "back";
}

/** Returns the weight of a remark. `caution`: check it before you decide. `note`: good to know. */
export function weightOf({ kind }: Remark): "caution" | "note" {
  return kind === "skipped" || kind === "newer" || kind === "same-commit" ? "note" : "caution";
}

type BuiltAt = Pick<ComparedBuild, "id" | "createdAt">;

/** Returns whether a build is one of those between the two that a promotion compares, whichever of these is older. */
export const isBetween = (build: BuiltAt, from: BuiltAt, to: BuiltAt): boolean =>
  isOlder(from, build) !== isOlder(to, build);

/** Builds that were built at the same time are ordered by their ids, as in the database. */
function isOlder(one: BuiltAt, other: BuiltAt): boolean {
  const difference = one.createdAt.getTime() - other.createdAt.getTime();
  return difference === 0 ? one.id < other.id : difference < 0;
}

function remarksOf(facts: ComparisonFacts, direction: Direction, isReversed: boolean): Remark[] {
  const { from, to, between, outside, outsideIn = [] } = facts;
  const remarks: Remark[] = [];
  if (facts.unknownAttempt === true) remarks.push({ kind: "attempt-unknown" });
  if (direction === "first") remarks.push({ kind: "first" });
  if (direction === "back") remarks.push({ kind: "rollback" });
  if (direction === "forward" && from !== null && isLowerVersion(to.version, from.version)) {
    remarks.push({ kind: "lower-version" });
  }
  if (outside) remarks.push({ kind: "outside" });
  if (outsideIn.length > 0) remarks.push({ kind: "deployed-outside", environments: outsideIn });
  remarks.push(...twinsOf(facts));
  if (from !== null && isSameCommit(facts, from.commit)) remarks.push({ kind: "same-commit" });
  if (direction === "forward" && !isReversed && between.neverLive > 0) {
    remarks.push({ kind: "skipped", count: between.neverLive, atLeast: between.more });
  }
  const { newest } = facts;
  // A rollback always has a newer build, and a build that the promotion replaces is no news.
  if (direction !== "back" && newest !== null && newest.id !== from?.id) {
    remarks.push({ kind: "newer", buildId: newest.id, version: newest.version });
  }
  return remarks;
}

/** Returns the caution about other builds that people cannot tell from this one by its version or commit. */
function twinsOf({ to, similar = [] }: ComparisonFacts): Remark[] {
  const commits = similar.map(({ commit }) => commit);
  const twins = similar.filter((other) => other.id !== to.id && isTwin(to, other, commits));
  if (twins.length === 0) return [];
  const builds = twins.slice(0, twinsNamed).map(({ externalId }) => externalId);
  return [{ kind: "twins", builds, count: twins.length }];
}

/** Returns whether `to` was built from this commit. */
function isSameCommit({ to, similar = [] }: ComparisonFacts, commit: string | null): boolean {
  return sameCommitAmong(
    to.commit,
    commit,
    similar.map((other) => other.commit),
  );
}

/** The comparison goes from the older to the newer build: most code hosts show nothing the other way round. */
function linkOf(facts: ComparisonFacts, direction: Direction): string | null {
  const { from, to, compareUrl } = facts;
  if (from === null || compareUrl === null || isSameCommit(facts, from.commit)) return null;
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
