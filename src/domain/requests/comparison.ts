/** One commit of a build, as its registration told it. */
export type Commit = { hash: string; message: string; author: string | null; link: string | null };

/** A build as far as comparing needs it. Of two builds of an integration the one registered later is the newer one. */
export type Compared = { id: string; version: string; commit: string | null; createdAt: Date };

/** Up to how many builds between two are looked at; beyond that, counts say "at least". */
export const mostBuildsCompared = 100;

/** How many commits are read and shown; the others are counted. */
export const commitsShown = 10;

/** What is known of the way from one build to another. */
export type ComparisonFacts = {
  /** What the target has before; null: nothing. */
  from: Compared | null;
  to: Compared;
  /** The builds after the older of the two, up to and with the newer one. */
  between: {
    /** Of those before `to`, how many were never live in the target. */
    neverLive: number;
    /** Of how many it is not known what went into them. */
    unlisted: number;
    /** Whether there are more of them than were looked at. */
    more: boolean;
    /** The newest commits first, none twice; at most `commitsShown`. */
    commits: readonly Commit[];
    commitCount: number;
  };
  /** The newest build of the integration, where it is newer than `to`. */
  newest: { id: string; version: string } | null;
  /** Whether `from` was brought to the target past the gate. */
  outside: boolean;
  /** Where two commits are compared: an address with {from} and {to} in it. */
  compareUrl: string | null;
};

/** `back`: the build is older than what the target has. */
export type Direction = "first" | "forward" | "back";

/** What somebody who decides should know; facts only, each surface has its words. */
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
  /** What goes in or, on the way back, what is taken back. */
  commits: { shown: readonly Commit[]; count: number; atLeast: boolean };
  /** Where the two are compared: an http or https address. */
  link: string | null;
  remarks: Remark[];
};

/** Compares a build with what the target has; null where that is the same build. */
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

/** What a remark asks for: `caution` is to be looked at before deciding, `note` is good to know. */
export function weightOf({ kind }: Remark): "caution" | "note" {
  return kind === "skipped" || kind === "newer" || kind === "same-commit" ? "note" : "caution";
}

/** Registered earlier; two of one moment are told apart by their ids, as the database orders them. */
function isOlder(one: Compared, other: Compared): boolean {
  const apart = one.createdAt.getTime() - other.createdAt.getTime();
  return apart === 0 ? one.id < other.id : apart < 0;
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
  // On the way back it goes without saying.
  if (direction !== "back" && newest !== null) {
    remarks.push({ kind: "newer", buildId: newest.id, version: newest.version });
  }
  return remarks;
}

/** Built later and yet lower, as a hotfix of an older line is; false where one of the two is not written in numbers. */
function isLowerVersion(one: string, other: string): boolean {
  const [low, high] = [numbersOf(one), numbersOf(other)];
  const places = Array.from({ length: Math.max(low.length, high.length) }, (_, at) => at);
  const apart = places.map((at) => (low[at] ?? 0) - (high[at] ?? 0)).find((by) => by !== 0) ?? 0;
  return low.length > 0 && high.length > 0 && apart < 0;
}

/** The numbers of "1.4.2", "v1.4.2-rc.1" or "2026.11.30+7"; none of anything else. */
function numbersOf(version: string): number[] {
  const numbers = /^v?(\d+(?:\.\d+)+)(?:[-+].*)?$/i.exec(version.trim())?.[1];
  return numbers?.split(".").map(Number) ?? [];
}

/** A commit may be cut short where one of the two was typed. */
function isSameCommit(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return false;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return short === long || (short.length >= 7 && long.startsWith(short));
}

/** From the older to the newer: the other way round most hosts of code show nothing. */
function linkOf({ from, to, compareUrl }: ComparisonFacts, direction: Direction): string | null {
  if (from === null || compareUrl === null || isSameCommit(from.commit, to.commit)) return null;
  const [older, newer] = direction === "back" ? [to, from] : [from, to];
  if (older.commit === null || newer.commit === null) return null;
  return compareLink(compareUrl, older.commit, newer.commit);
}

/**
 * The address of a comparison, or null where the template gives none: it must be http or https, and the commits must not
 * decide which host it leads to.
 *
 * @param template an address with {from} and {to} in it
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
  // Half a character would make encodeURIComponent throw.
  const encoded = (text: string) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));
  return template.replace(/\{(from|to)\}/g, (_, which) => encoded(which === "from" ? from : to));
}
