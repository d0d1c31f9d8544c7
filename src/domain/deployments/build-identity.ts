/** The fewest hex digits that an abbreviated commit needs. Git's own default is also seven. */
export const shortestCommit = 7;

/** Returns the part of a version that identifies it: `v1.4.2`, `V1.4.2`, and `1.4.2` are the same version. */
export const versionKey = (version: string): string => version.trim().replace(/^v(?=[0-9])/i, "");

export const sameVersion = (one: string, other: string): boolean => versionKey(one) === versionKey(other);

const isHash = (text: string): boolean => /^[0-9a-f]+$/i.test(text);

/** Returns a commit in the form in which it is compared: hex digits in lower case, anything else as it is. */
export const commitKey = (commit: string): string => {
  const text = commit.trim();
  return isHash(text) ? text.toLowerCase() : text;
};

/**
 * Returns whether two commits may be the same: they are equal, or one abbreviates the other to at least seven hex digits,
 * in upper or lower case. An abbreviation may also fit other commits: `matchCommit` and `sameCommitAmong` check that.
 */
export function sameCommit(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  const [a, b] = [commitKey(one), commitKey(other)];
  if (a === b) return a !== "";
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= shortestCommit && isHash(short) && isHash(long) && long.startsWith(short);
}

/** Returns whether every two of these commits may be the same. */
const agree = (commits: readonly string[]): boolean =>
  commits.every((one, i) => commits.slice(i + 1).every((other) => sameCommit(one, other)));

/** What a commit matches among others: nothing, one commit in its different lengths, or several commits. */
export type CommitMatch<T> =
  | { kind: "none" }
  | { kind: "one"; matches: T[] }
  | { kind: "ambiguous"; count: number };

/** Returns the candidates that are of this commit. An abbreviation that fits several commits matches none of them. */
export function matchCommit<T extends { commit: string | null }>(
  candidates: readonly T[],
  commit: string,
): CommitMatch<T> {
  const key = commitKey(commit);
  const exact = candidates.filter((one) => one.commit !== null && commitKey(one.commit) === key);
  const matches = candidates.filter((one) => sameCommit(one.commit, commit));
  if (matches.length === 0) return { kind: "none" };
  const keys = [...new Set(matches.map((one) => commitKey(one.commit ?? "")))];
  if (agree(keys)) return { kind: "one", matches };
  if (exact.length > 0) return { kind: "one", matches: exact };
  return { kind: "ambiguous", count: keys.length };
}

/**
 * Returns whether two commits are the same, where `all` lists the commits that an abbreviation could also mean.
 */
export function sameCommitAmong(
  one: string | null,
  other: string | null,
  all: readonly (string | null)[],
): boolean {
  if (one === null || other === null || !sameCommit(one, other)) return false;
  const short = one.length < other.length ? one : other;
  const meant = all.flatMap((commit) => (commit !== null && sameCommit(commit, short) ? [commit] : []));
  return agree([...new Set([one, other, ...meant].map(commitKey))]);
}

/** What identifies a build, apart from its ID. */
export type BuildIdentity = { version: string; commit: string | null; digest: string | null };

/** What a registration says of a build's identity. Undefined: it says nothing of it. Null: the build has none. */
export type DescribedIdentity = { version: string } & {
  [part in "commit" | "digest"]?: string | null | undefined;
};

const identityParts = ["version", "commit", "digest"] as const;

const sameParts = {
  version: (one: BuildIdentity, other: BuildIdentity) => sameVersion(one.version, other.version),
  commit: (one: BuildIdentity, other: BuildIdentity) =>
    one.commit === other.commit || sameCommit(one.commit, other.commit),
  digest: (one: BuildIdentity, other: BuildIdentity) =>
    one.digest === other.digest || one.digest?.toLowerCase() === other.digest?.toLowerCase(),
};

/**
 * Returns in which parts another build has the ID of a registered one. Empty: it is the same build. A registration that
 * leaves a part out does not contradict what was registered.
 */
export function differingParts(
  registered: BuildIdentity,
  { version, commit = registered.commit, digest = registered.digest }: DescribedIdentity,
): (typeof identityParts)[number][] {
  const described = { version, commit, digest };
  return identityParts.filter((part) => !sameParts[part](registered, described));
}

/**
 * Returns whether a person cannot tell two builds apart by their version or by their commit.
 *
 * @param all as in `sameCommitAmong`
 */
export const isTwin = (
  build: Pick<BuildIdentity, "version" | "commit">,
  other: Pick<BuildIdentity, "version" | "commit">,
  all: readonly (string | null)[],
): boolean => sameVersion(build.version, other.version) || sameCommitAmong(build.commit, other.commit, all);
