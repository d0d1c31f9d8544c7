import { sameName } from "../shared/same-name.ts";
import type { Environment } from "./pipeline.ts";

/** An environment of a project before a change, archived or not. */
export type KnownEnvironment = Environment & { archived: boolean };

/** A guard that a change would lower. It carries names, because an archived item cannot be looked up by the reader. */
export type LoweredGuard =
  /** The environment would no longer be critical. */
  | { kind: "not-critical"; environment: string }
  /** The critical environment would be dropped, or replaced by another one. */
  | { kind: "dropped"; environment: string }
  /** Other environments would come before the critical one, or come in another order. */
  | { kind: "moved"; environment: string }
  /** The environment would become the first one, which is never reviewed. */
  | { kind: "first"; environment: string }
  /** R14: more people could request. `roles`: the requester roles now. */
  | { kind: "requesters"; roles: readonly string[] }
  /** Promote would only record the promotion instead of asking the webhook to deploy. */
  | { kind: "deployer"; integration: string };

/** What decides which environments are reviewed. */
type Gate = { enabled: boolean; options: { gate: "every" | "critical" } };

/** A critical environment counts as reviewed while the workflow is off: it is a guard for when it is on. */
const isReviewed = (workflow: Gate, { critical }: { critical: boolean }, position: number): boolean =>
  position > 0 && (critical || (workflow.enabled && workflow.options.gate === "every"));

const pipelineOf = (known: readonly KnownEnvironment[]): KnownEnvironment[] =>
  known.filter(({ archived }) => !archived).sort((a, b) => a.position - b.position);

/**
 * Returns whether each wanted environment is critical, in order. What is stated counts. An environment that is in the
 * pipeline keeps what it has. In an existing pipeline, a new or restored one that states nothing is critical if it was
 * critical, comes after a critical one, or takes the place of one.
 *
 * @param before every environment of the project; none for a new project, where unstated means not critical
 */
export function stateCritical(
  before: readonly KnownEnvironment[],
  wanted: readonly { id: string; critical: boolean | undefined }[],
): boolean[] {
  const replaced = placesOfDropped(before, wanted);
  const states: boolean[] = [];
  for (const [i, { id, critical }] of wanted.entries()) {
    const known = before.find((environment) => environment.id === id);
    const isInPipeline = known !== undefined && !known.archived;
    const inherited = before.length > 0 && (states.includes(true) || replaced.some((place) => place <= i));
    states.push(critical ?? (isInPipeline ? known.critical : known?.critical === true || inherited));
  }
  return states;
}

/** Returns where the critical environments that are left out would be: after the last of those that came before them. */
function placesOfDropped(before: readonly KnownEnvironment[], wanted: readonly { id: string }[]): number[] {
  const pipeline = pipelineOf(before);
  const positionOf = (id: string) => wanted.findIndex((environment) => environment.id === id);
  return pipeline.flatMap(({ id, critical }, i) => {
    if (!critical || positionOf(id) >= 0) return [];
    return [Math.max(-1, ...pipeline.slice(0, i).map((earlier) => positionOf(earlier.id))) + 1];
  });
}

/**
 * Returns the guards that a change of a pipeline would lower.
 *
 * @param before every environment of the project; those of an archived project are as they were when it was archived
 * @param after the new pipeline, in order
 */
export function loweredInPipeline(
  before: readonly KnownEnvironment[],
  after: readonly After[],
  workflow: Gate,
): LoweredGuard[] {
  const pipeline = pipelineOf(before);
  return before.flatMap((known): LoweredGuard[] => {
    const { name: environment, archived } = known;
    const guarded = archived ? known : { ...known, position: pipeline.indexOf(known) };
    const kind = isReplaced(known, before, after) ? "dropped" : loweredOf(guarded, pipeline, after, workflow);
    return kind === null ? [] : [{ kind, environment }];
  });
}

type After = Pick<Environment, "id" | "name" | "slug" | "critical">;

/**
 * Returns whether another environment takes the slug or the name that a critical one has: what pipelines deploy to it
 * and what people request for it would then pass the other one's guard.
 */
function isReplaced(
  { id, name, slug, critical, archived }: KnownEnvironment,
  before: readonly KnownEnvironment[],
  after: readonly After[],
): boolean {
  if (!critical) return false;
  return after.some((next) => {
    const had = before.find((environment) => environment.id === next.id);
    const takesSlug = next.slug === slug && had?.slug !== slug;
    const takesName =
      !archived && sameName(next.name, name) && (had === undefined || !sameName(had.name, name));
    return next.id !== id && (takesSlug || takesName);
  });
}

type PipelineGuard = Extract<LoweredGuard, { environment: string }>["kind"];

/** Returns how the guard of one environment is lowered; null if it is not. */
function loweredOf(
  { id, critical, archived, position }: KnownEnvironment,
  pipeline: readonly KnownEnvironment[],
  after: readonly Pick<Environment, "id" | "critical">[],
  workflow: Gate,
): PipelineGuard | null {
  const at = after.findIndex((next) => next.id === id);
  if (at < 0) return critical && !archived ? "dropped" : null;
  if (critical && after[at]?.critical !== true) return "not-critical";
  if (at === 0 && isReviewed(workflow, { critical }, position)) return "first";
  return critical && !archived && hasOtherSources(pipeline, { id }, after, workflow) ? "moved" : null;
}

/**
 * Returns whether what comes before an environment changes: one is missing or in another place, or one is added to which
 * builds come without a review.
 */
function hasOtherSources(
  pipeline: readonly KnownEnvironment[],
  { id }: { id: string },
  after: readonly Pick<Environment, "id" | "critical">[],
  workflow: Gate,
): boolean {
  const before = pipeline.slice(
    0,
    pipeline.findIndex((environment) => environment.id === id),
  );
  if (before.length === 0) return false;
  const sources = after.slice(
    0,
    after.findIndex((environment) => environment.id === id),
  );
  const isOld = (source: { id: string }) => before.some((environment) => environment.id === source.id);
  const remaining = sources.filter(isOld);
  const isSame = remaining.length === before.length && before.every((one, i) => one.id === remaining[i]?.id);
  return !isSame || sources.some((source, i) => !isOld(source) && !isReviewed(workflow, source, i));
}

/** R14: returns the guard that other requester roles would lower. Without any role, everyone may request. */
export function loweredRequesters(
  before: readonly { id: string; name: string }[],
  after: readonly { id: string }[],
): LoweredGuard[] {
  const widens =
    before.length > 0 &&
    (after.length === 0 || after.some(({ id }) => before.every((role) => role.id !== id)));
  return widens ? [{ kind: "requesters", roles: before.map(({ name }) => name) }] : [];
}

/** Returns the guard that another deployer of an integration would lower. */
export function loweredDeployer(
  before: { name: string; deployer: string },
  after: { deployer: string },
): LoweredGuard[] {
  const lowers = before.deployer !== "record" && after.deployer === "record";
  return lowers ? [{ kind: "deployer", integration: before.name }] : [];
}
