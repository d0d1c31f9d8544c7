import { cleanName } from "../shared/clean-text.ts";
import { hasUserName, userNameNote, withoutUserName } from "../shared/web-link.ts";
import type { Note } from "./build-notes.ts";

type Commit = { hash: string; author: string | null; link: string | null };

/** The parts of a build that are shown as names or lead elsewhere. */
type Described = {
  version: string;
  commit?: string | null | undefined;
  digest?: string | null | undefined;
  link: string | null;
  author?: string | null;
  commits?: readonly Commit[] | null;
};

const cleanOrNone = (text: string | null): string | null => (text === null ? null : cleanName(text) || null);

const cleanLink = (link: string | null): string | null => link && withoutUserName(link);

/**
 * Returns a build whose names show on one line, without hidden characters, and whose links hold no user name. CI
 * describes builds, so they are cleaned and never refused. A commit or an author of which nothing is left counts as
 * none. The version may become empty.
 */
export function cleanBuild<B extends Described>(build: B): B {
  const { version, commit, digest, link, author, commits } = build;
  return {
    ...build,
    version: cleanName(version),
    link: cleanLink(link),
    ...(commit === undefined ? {} : { commit: cleanOrNone(commit) }),
    ...(digest === undefined ? {} : { digest: cleanOrNone(digest) }),
    ...(author === undefined ? {} : { author: cleanOrNone(author) }),
    ...(commits === undefined ? {} : { commits: commits?.map(cleanCommit) ?? null }),
  };
}

const cleanCommit = <C extends Commit>(commit: C): C => ({
  ...commit,
  hash: cleanName(commit.hash) || commit.hash,
  author: cleanOrNone(commit.author),
  link: cleanLink(commit.link),
});

/** Returns a note on each link from which a user name was taken out. */
export function linkNotes({ link, commits }: Pick<Described, "link" | "commits">): Note[] {
  const links = [
    { field: "link", link },
    ...(commits ?? []).map((commit, i) => ({ field: `commits.${i}.link`, link: commit.link })),
  ];
  return links.flatMap(({ field, link }) =>
    link !== null && hasUserName(link) ? [{ field, note: userNameNote }] : [],
  );
}
