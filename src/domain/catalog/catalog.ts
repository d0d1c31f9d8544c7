import { accept, type Result, refuse } from "../shared/result.ts";
import type { Environment } from "./pipeline.ts";
import { steps } from "./pipeline.ts";

/** How long names may be, in characters. */
export const nameLimits = { name: 100, slug: 63, version: 100, commit: 100, link: 2000 } as const;

/** The most environments that a pipeline may have. */
export const mostEnvironments = 20;

/** "Orders Sync" → "orders-sync": lower-case letters, digits and hyphens, at most 63. Empty where nothing is left. */
export function slugOf(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
  return plain
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, nameLimits.slug)
    .replace(/-+$/, "");
}

export const isSlug = (text: string): boolean => /^[a-z0-9][a-z0-9-]{0,62}$/.test(text);

/** Names that differ in nothing but letters' case or spaces are the same: `/promote` could not tell them apart. */
export function sameName(one: string, other: string): boolean {
  const plain = (name: string) => name.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
  return plain(one) === plain(other);
}

type Named = { id: string; name: string; slug: string; archived: boolean };

/**
 * The one among the others that holds a name or a short name already. A name is free again once its holder is archived;
 * a short name stays its own, so that what was archived can come back as itself.
 */
export function findNamesake<T extends Named>(
  others: readonly T[],
  wanted: { id: string | null; name: string; slug: string },
): T | undefined {
  return others.find(
    (other) =>
      other.id !== wanted.id &&
      (other.slug === wanted.slug || (!other.archived && sameName(other.name, wanted.name))),
  );
}

/** An open request's step. */
export type OpenStep = { number: number; sourceId: string; targetId: string };

/**
 * Whether a pipeline may become this: no open request's source may be parted from its target.
 *
 * Refuses `too-few-environments`, `too-many-environments`, `name-taken`, `request-in-the-way`.
 */
export function checkPipeline(next: readonly Environment[], open: readonly OpenStep[]): Result<null> {
  if (next.length === 0) return refuse({ code: "too-few-environments" });
  if (next.length > mostEnvironments) {
    return refuse({ code: "too-many-environments", limit: mostEnvironments });
  }
  const repeated = next.find((one, i) =>
    next.slice(0, i).some((other) => other.slug === one.slug || sameName(other.name, one.name)),
  );
  if (repeated !== undefined) return refuse({ code: "name-taken", name: repeated.name, archived: false });
  const kept = steps(next);
  const parted = open.find(
    ({ sourceId, targetId }) =>
      !kept.some((step) => step.source.id === sourceId && step.target.id === targetId),
  );
  return parted === undefined ? accept(null) : refuse({ code: "request-in-the-way", number: parted.number });
}

/**
 * Finds again the environments that come back: a new one with the short name of one that the project had is that one,
 * with its history and what is live in it.
 *
 * @param known every environment of the project, archived ones too
 * Refuses `name-taken` where an environment is renamed to the short name of another one that is not in the pipeline.
 */
export function recognize(
  wanted: readonly Environment[],
  known: readonly (Environment & { archived: boolean })[],
): Result<Environment[]> {
  const ids = new Set(wanted.map(({ id }) => id));
  const isKnown = (id: string) => known.some((one) => one.id === id);
  const next = wanted.map((one) => {
    const twin = known.find(({ id, slug }) => slug === one.slug && !ids.has(id));
    return twin === undefined || isKnown(one.id) ? one : { ...one, id: twin.id };
  });
  for (const { id, slug } of next) {
    const holder = known.find((one) => one.slug === slug && one.id !== id);
    if (holder !== undefined) {
      return refuse({ code: "name-taken", name: slug, archived: !ids.has(holder.id) });
    }
  }
  return accept(next);
}

/** A pipeline with an environment put after `after` (null: first), numbered from 0. */
export function place(
  pipeline: readonly Environment[],
  environment: Environment,
  after: string | null,
): Environment[] {
  const others = pipeline.filter(({ id }) => id !== environment.id);
  const before = others.findIndex(({ id }) => id === after);
  // Where the one before it is gone, a new environment is the last.
  const at = after === null ? 0 : before < 0 ? others.length : before + 1;
  const next = [...others.slice(0, at), environment, ...others.slice(at)];
  return next.map((one, position) => ({ ...one, position }));
}

/**
 * Which build is meant by a version and a commit that somebody typed: the one of both; without a commit, the only one of
 * its version. Undefined: it is another build.
 *
 * @param builds those of this version, the newest first
 */
export function sameBuild(
  builds: readonly { id: string; commit: string | null }[],
  commit: string | null,
): string | undefined {
  const exact = builds.find((build) => build.commit === commit);
  if (exact !== undefined) return exact.id;
  return commit === null && builds.length === 1 ? builds[0]?.id : undefined;
}
