import type { Refusal } from "../shared/refusals.ts";
import { accept, type Result, refuse } from "../shared/result.ts";

/** A project, an environment, or an integration, with the slugs that it had before. */
export type Slugged = {
  id: string;
  name: string;
  slug: string;
  archived: boolean;
  /** They keep leading to it, and nothing else can take them. */
  formerSlugs: readonly string[];
};

/** What a catalog says about an item: its slug and, if it was renamed, the slug that it had before. */
export type WantedSlug = { slug: string; previousSlug?: string | undefined };

/** The item that a catalog means, and the slug that it is to have. `item` is null if it is a new one. */
export type ResolvedSlug<T> = { item: T | null; slug: string };

/** Returns the item that has this slug or, if none has it, the one that had it. */
export function findBySlug<T extends Slugged>(all: readonly T[], slug: string): T | undefined {
  return all.find((item) => item.slug === slug) ?? all.find((item) => item.formerSlugs.includes(slug));
}

/**
 * Returns which item a catalog means. A former slug leads to the renamed item and does not rename it back. A rename that
 * was done before changes nothing. Whether another item has the resulting slug is for the caller to check.
 *
 * Refuses `not-found` if nothing has or had either slug: a mistyped `previousSlug` must not create an unguarded item.
 */
export function resolveSlug<T extends Slugged>(
  all: readonly T[],
  { slug, previousSlug }: WantedSlug,
  what: "project" | "integration" | "environment",
): Result<ResolvedSlug<T>> {
  const named = findBySlug(all, slug);
  const unchanged = accept({ item: named ?? null, slug: named?.slug ?? slug });
  if (previousSlug === undefined) return unchanged;
  const previous = findBySlug(all, previousSlug);
  if (named === undefined && previous === undefined) {
    return refuse({ code: "not-found", what, name: previousSlug });
  }
  if (previous === undefined || isRenamed(named, slug, previous, previousSlug)) return unchanged;
  return accept({ item: previous, slug });
}

/** Returns whether a rename was done before. @param named the item that `slug` leads to */
function isRenamed<T extends Slugged>(
  named: T | undefined,
  slug: string,
  previous: T,
  previousSlug: string,
): boolean {
  if (named === undefined) return false;
  if (named === previous) return named.slug === slug || named.slug !== previousSlug;
  if (named.slug !== slug) return false;
  return named.formerSlugs.includes(previousSlug) || (previous.archived && !named.archived);
}

/** Returns the refusal for a name or slug that another item has, or had. */
export function nameTaken(
  other: { name: string; slug: string; archived: boolean; formerSlugs?: readonly string[] },
  wanted: { slug: string },
): Extract<Refusal, { code: "name-taken" }> {
  const { name, archived } = other;
  if (other.slug === wanted.slug) return { code: "name-taken", name: wanted.slug, archived };
  if (other.formerSlugs?.includes(wanted.slug)) {
    return { code: "name-taken", name: wanted.slug, archived, formerlyOf: name };
  }
  return { code: "name-taken", name, archived };
}
