/** A project, an environment, or an integration as it is stored. */
type Slugged = { id: string; slug: string; archived: boolean; formerSlugs: readonly string[] };

/**
 * Returns what a file means by a slug: the item that has it, else the one that has the previous slug, else the one that had
 * one of them before it was renamed elsewhere. Undefined: it is new.
 */
export function resolveItem<T extends Slugged>(
  all: readonly T[],
  { slug, previousSlug }: { slug: string; previousSlug?: string | undefined },
): T | undefined {
  const having = (wanted: string | undefined) => all.find((item) => item.slug === wanted);
  const formerly = (wanted: string) => all.find((item) => item.formerSlugs.includes(wanted));
  return (
    having(slug) ??
    having(previousSlug) ??
    formerly(slug) ??
    (previousSlug ? formerly(previousSlug) : undefined)
  );
}
