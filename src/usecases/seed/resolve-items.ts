import { resolveSlug, type Slugged, type WantedSlug } from "../../domain/catalog/slugs.ts";
import { fault, type Loading } from "./loading.ts";
import type { SeedPath } from "./seed-report.ts";

type Wanted = WantedSlug & { archived?: boolean | undefined };

/** Something in the file, and what is stored of it; undefined if it is new. */
export type ResolvedItem<T, W> = { item: W; path: SeedPath; stored: T | undefined };

/**
 * Finds what a list of the file means by its slugs: what has or had them. Whatever is named twice is reported, and so is a
 * previous slug that nothing has or had: a mistyped one must not create something new.
 *
 * @param all what is stored, archived or not. While nothing is, a previous slug does not matter: the file may be loaded
 *   into an empty Signoff
 */
export function resolveItems<T extends Slugged, W extends Wanted>(
  loading: Loading,
  all: readonly T[],
  list: readonly { item: W; path: SeedPath }[],
  what: "project" | "integration" | "environment",
): ResolvedItem<T, W>[] {
  const resolved: ResolvedItem<T, W>[] = [];
  for (const { item, path } of list) {
    const { slug, previousSlug } = item;
    const wanted = all.length === 0 ? { slug } : { slug, previousSlug };
    const found = resolveSlug(all, wanted, what);
    if (!found.ok) {
      const words = `No ${what} has or had the slug ${previousSlug}. Correct it, or take previousSlug out to create ${slug}.`;
      fault(loading, [...path, "previousSlug"], words);
      continue;
    }
    const stored = found.value.item ?? undefined;
    if (stored !== undefined && resolved.some((other) => other.stored === stored)) {
      fault(
        loading,
        path,
        `The ${what} ${stored.name} is there twice, under its present and its former slug.`,
      );
      continue;
    }
    resolved.push({ item, path, stored });
  }
  return resolved;
}
