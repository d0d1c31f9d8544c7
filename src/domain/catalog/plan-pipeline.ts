import { accept, type Result, refuse } from "../shared/result.ts";
import { type KnownEnvironment, stateCritical } from "./guards.ts";
import type { Environment } from "./pipeline.ts";
import { resolveSlug, type Slugged, type WantedSlug } from "./slugs.ts";

/** An environment of a project, archived or not, with the slugs that it had before. */
export type StoredEnvironment = KnownEnvironment & Slugged;

/** An environment as a catalog states it. An undefined `critical` is decided by `stateCritical`. */
export type WantedEnvironment = WantedSlug & { name: string; critical?: boolean | undefined };

/**
 * Returns the pipeline that a catalog states, in order, with the ids of the environments that it means.
 *
 * @param existing every environment of the project, including archived ones; none for a new project
 * @param newId makes the id of a new environment
 * Refuses `not-found` for a rename of nothing, and `name-taken` if one environment is meant twice.
 */
export function planPipeline(
  existing: readonly StoredEnvironment[],
  wanted: readonly WantedEnvironment[],
  newId: () => string,
): Result<Environment[]> {
  const planned: Environment[] = [];
  for (const [position, { name, ...environment }] of wanted.entries()) {
    const resolved = resolveSlug(existing, environment, "environment");
    if (!resolved.ok) return resolved;
    const { item, slug } = resolved.value;
    if (item !== null && planned.some(({ id }) => id === item.id)) {
      return refuse({ code: "name-taken", name: environment.slug, archived: false });
    }
    planned.push({ id: item?.id ?? newId(), name, slug, position, critical: false });
  }
  const states = stateCritical(
    existing,
    planned.map(({ id }, i) => ({ id, critical: wanted[i]?.critical })),
  );
  return accept(planned.map((environment, i) => ({ ...environment, critical: states[i] === true })));
}
