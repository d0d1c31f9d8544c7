import { matchCommit } from "../deployments/build-identity.ts";
import { checkName, nameLimit } from "../shared/check-name.ts";
import { accept, type Result, refuse } from "../shared/result.ts";
import { sameName } from "../shared/same-name.ts";
import type { Environment } from "./pipeline.ts";
import { steps } from "./pipeline.ts";
import type { StoredEnvironment } from "./plan-pipeline.ts";
import { nameTaken } from "./slugs.ts";

/**
 * The most characters of each field, where it is entered in Slack or over the API. A version may be an image reference with
 * its digest.
 */
export const nameLimits = { name: nameLimit, slug: 63, version: 255, commit: 100, link: 2000 } as const;

/** The most environments in a pipeline. */
export const maxEnvironments = 20;

/**
 * Returns the short name for a name: "Orders Sync" → "orders-sync". It has lowercase letters, digits, and hyphens, at most
 * 63 characters. Returns an empty string if nothing is left.
 */
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

type Named = {
  id: string;
  name: string;
  slug: string;
  archived: boolean;
  formerSlugs?: readonly string[];
};

/**
 * Returns the item that already has the wanted name or short name. Archiving an item frees its name. Its short name stays
 * taken, so that the item can be restored. So do its former short names, because they still lead to it. A name that the
 * item in use already has is not compared: an earlier version may have stored two that are the same.
 *
 * @param wanted.id the item that is being renamed; null for a new one
 */
export function findNamesake<T extends Named>(
  others: readonly T[],
  wanted: { id: string | null; name: string; slug: string },
): T | undefined {
  const own = others.find(({ id }) => id === wanted.id);
  const keepsSlug = own?.slug === wanted.slug;
  const keepsName = own !== undefined && !own.archived && own.name === wanted.name;
  return others.find(
    (other) =>
      other.id !== wanted.id &&
      (other.slug === wanted.slug ||
        (!keepsSlug && other.formerSlugs?.includes(wanted.slug)) ||
        (!keepsName && !other.archived && sameName(other.name, wanted.name))),
  );
}

/**
 * Checks the name and the short name of a project or an integration. A name that it already has is not checked again.
 *
 * @param existing the items beside it and itself, including archived ones
 * Refuses `name-unusable`, `name-taken`.
 */
export function checkNames(
  what: "project" | "integration",
  existing: readonly Named[],
  wanted: { id: string | null; name: string; slug: string },
): Result<null> {
  const usable = checkName(what, wanted.name, existing.find(({ id }) => id === wanted.id)?.name);
  if (!usable.ok) return usable;
  const taken = findNamesake(existing, wanted);
  return taken === undefined ? accept(null) : refuse(nameTaken(taken, wanted));
}

/** The source and target of an open request. */
export type OpenStep = { number: number; sourceId: string; targetId: string };

/**
 * R2: checks whether a pipeline may change to `next`. The source and target of every open request must stay next to each
 * other. Names that an earlier version stored may stay the same.
 *
 * @param existing the project's environments before the change
 * Refuses `too-few-environments`, `too-many-environments`, `name-taken`, `request-in-the-way`.
 */
export function checkPipeline(
  next: readonly Environment[],
  open: readonly OpenStep[],
  existing: readonly StoredEnvironment[] = [],
): Result<null> {
  if (next.length === 0) return refuse({ code: "too-few-environments" });
  if (next.length > maxEnvironments) {
    return refuse({ code: "too-many-environments", limit: maxEnvironments });
  }
  const keepsName = ({ id, name }: Environment) =>
    existing.some((one) => one.id === id && !one.archived && one.name === name);
  const repeated = next.find((environment, i) =>
    next
      .slice(0, i)
      .some(
        (earlier) =>
          earlier.slug === environment.slug ||
          (sameName(earlier.name, environment.name) && !(keepsName(earlier) && keepsName(environment))),
      ),
  );
  if (repeated !== undefined) return refuse({ code: "name-taken", name: repeated.name, archived: false });
  const nextSteps = steps(next);
  const separated = open.find(
    ({ sourceId, targetId }) =>
      !nextSteps.some((step) => step.source.id === sourceId && step.target.id === targetId),
  );
  return separated === undefined
    ? accept(null)
    : refuse({ code: "request-in-the-way", number: separated.number });
}

/**
 * Returns the wanted environments with the ids of existing ones: a new environment whose short name the project already
 * had becomes that environment again, with its history and its live builds.
 *
 * @param existing every environment of the project, including archived ones
 * Refuses `name-taken` if an environment takes the short name of another one outside the pipeline, or a former one.
 */
export function reuseEnvironments(
  wanted: readonly Environment[],
  existing: readonly StoredEnvironment[],
): Result<Environment[]> {
  const ids = new Set(wanted.map(({ id }) => id));
  const exists = (id: string) => existing.some((environment) => environment.id === id);
  const next = wanted.map((environment) => {
    const former = existing.find(({ id, slug }) => slug === environment.slug && !ids.has(id));
    return former === undefined || exists(environment.id) ? environment : { ...environment, id: former.id };
  });
  const nextIds = new Set(next.map(({ id }) => id));
  for (const { id, slug } of next) {
    const keepsSlug = existing.some((environment) => environment.id === id && environment.slug === slug);
    const holder = existing.find(
      (other) =>
        other.id !== id &&
        ((other.slug === slug && (!nextIds.has(other.id) || !exists(id))) ||
          (!keepsSlug && other.formerSlugs.includes(slug))),
    );
    if (holder !== undefined) {
      return refuse(nameTaken({ ...holder, archived: !nextIds.has(holder.id) }, { slug }));
    }
  }
  return accept(next);
}

/**
 * Returns a pipeline, numbered from 0, with an environment inserted after another one, or moved there.
 *
 * @param after the id of the environment before it; null: it becomes the first
 */
export function insertEnvironment(
  pipeline: readonly Environment[],
  environment: Environment,
  after: string | null,
): Environment[] {
  const others = pipeline.filter(({ id }) => id !== environment.id);
  const before = others.findIndex(({ id }) => id === after);
  // If the environment before it is gone, it becomes the last.
  const at = after === null ? 0 : before < 0 ? others.length : before + 1;
  const next = [...others.slice(0, at), environment, ...others.slice(at)];
  return next.map((one, position) => ({ ...one, position }));
}

/**
 * Returns the id of the build that a person means by a version and an optional commit: the newest build of this commit,
 * which may be abbreviated, or, without a commit, the only build of the version. Returns undefined if there is no such
 * build, or if the abbreviation fits several commits.
 *
 * @param builds the builds of this version, newest first
 */
export function matchBuild(
  builds: readonly { id: string; commit: string | null }[],
  commit: string | null,
): string | undefined {
  if (commit !== null) {
    const match = matchCommit(builds, commit);
    return match.kind === "one" ? match.matches[0]?.id : undefined;
  }
  const withoutCommit = builds.find((build) => build.commit === null);
  return withoutCommit?.id ?? (builds.length === 1 ? builds[0]?.id : undefined);
}
