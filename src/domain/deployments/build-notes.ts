import { cutText } from "../shared/cut-text.ts";
import { limits } from "../shared/limits.ts";
import { stripUnstorable } from "../shared/storable-text.ts";

/** What is stored of a build beside its identity: what people see of it. */
export type BuildDetails = {
  link: string | null;
  author: string | null;
  /** The commits since the previous build, newest first; null if they were not listed. */
  commits: BuildCommit[] | null;
};

type BuildCommit = { hash: string; message: string; author: string | null; link: string | null };

/** What Signoff did not store as a pipeline sent it, and why. `field` is the name in the call. */
export type Note = { field: string; note: string };

/** The most that is stored of a build, in characters. More is cut off, never refused. */
export const buildLimits = { commits: 100, message: 5000, author: 100, hash: 100 } as const;

/** Returns the details cut to what is stored, and a note about everything that was cut. */
export function fitBuild<T extends BuildDetails>(build: T): { build: T; notes: Note[] } {
  const cuts = new Cuts();
  const author = build.author === null ? null : cuts.cut("author", build.author, buildLimits.author);
  const listed = build.commits ?? [];
  const commits = listed.slice(0, buildLimits.commits).map((commit) => ({
    ...commit,
    hash: cuts.cut("commits.hash", commit.hash, buildLimits.hash),
    message: cuts.cut("commits.message", commit.message, buildLimits.message),
    author: commit.author === null ? null : cuts.cut("commits.author", commit.author, buildLimits.author),
  }));
  const dropped: Note[] =
    listed.length > commits.length
      ? [
          {
            field: "commits",
            note: `Only the first ${buildLimits.commits} of ${listed.length} commits are stored.`,
          },
        ]
      : [];
  const fitted = { ...build, author: author || null, commits: build.commits && commits };
  return { build: fitted, notes: [...dropped, ...cuts.notes()] };
}

/** Returns the reason that a report gives cut to what is stored, and a note if it was cut. */
export function fitReason(text: string | null): { reason: string | null; notes: Note[] } {
  const cuts = new Cuts();
  const reason = cuts.cut("reason", stripUnstorable(text ?? "").trim(), limits.reason);
  return { reason: reason === "" ? null : reason, notes: cuts.notes() };
}

/** Cuts texts, and counts by field how many it had to cut. */
class Cuts {
  readonly #counts = new Map<string, { limit: number; count: number }>();

  cut(field: string, text: string, limit: number): string {
    const storable = stripUnstorable(text);
    const fitting = cutText(storable, limit);
    if (fitting !== storable)
      this.#counts.set(field, { limit, count: (this.#counts.get(field)?.count ?? 0) + 1 });
    return fitting;
  }

  notes(): Note[] {
    return [...this.#counts].map(([field, { limit, count }]) => {
      const times = field.startsWith("commits.") ? ` in ${count} ${count === 1 ? "commit" : "commits"}` : "";
      return { field, note: `Cut to ${limit} characters${times}.` };
    });
  }
}

type Described = BuildDetails & { version: string; commit: string | null; digest: string | null };

/**
 * Returns a note about everything in which a later registration of the same build says something else than the first
 * one, whose values stay. A registration that leaves something out says nothing about it.
 *
 * @param builtAt when it was built by the first registration, and by this one if it says so
 */
export function describeDifferences(
  registered: Described,
  described: Described,
  builtAt: { registered: Date; described: Date | null },
): Note[] {
  const fields = ["version", "commit", "digest", "link", "author"] as const;
  const notes = fields.flatMap((field): Note[] => {
    const [stored, said] = [registered[field], described[field]];
    return said === null || said === stored ? [] : [{ field, note: kept(stored) }];
  });
  if (builtAt.described !== null && builtAt.described.getTime() !== builtAt.registered.getTime()) {
    notes.push({ field: "builtAt", note: kept(builtAt.registered.toISOString()) });
  }
  if (described.commits !== null && !sameCommits(registered.commits, described.commits)) {
    notes.push({ field: "commits", note: "The list of the first registration stays." });
  }
  return notes;
}

/** Returns what stays in place of a value that a repeated call changed. */
export const kept = (stored: string | null): string =>
  stored === null
    ? "The first registration had none, and that stays."
    : `Stays ${JSON.stringify(stored)}, as first registered.`;

const sameCommits = (one: readonly BuildCommit[] | null, other: readonly BuildCommit[]): boolean =>
  one !== null &&
  one.length === other.length &&
  one.every((commit, i) => {
    const match = other[i];
    return (
      match !== undefined &&
      (["hash", "message", "author", "link"] as const).every((field) => commit[field] === match[field])
    );
  });
