import { accept, type Result, refuse } from "../shared/result.ts";

/** An environment in a project's pipeline. `position` sets its order, ascending. */
export type Environment = { id: string; name: string; slug: string; position: number; critical: boolean };

/** The build that is live in an environment, and the deployment that put it there. */
export type Live = { buildId: string; deploymentId: string; version: string };

/** R2: one step of a pipeline. The build that is live in the source is promoted to the target. */
export type Step = { source: Environment; target: Environment };

/** Returns the steps of a pipeline in order. A pipeline of fewer than two environments has none. */
export function steps(environments: readonly Environment[]): Step[] {
  const ordered = [...environments].sort((a, b) => a.position - b.position);
  return ordered.slice(1).map((target, i) => ({ source: ordered[i] as Environment, target }));
}

/** R2: returns the build that a step would promote. Refuses `nothing-live`, `already-live`. */
export function promotable(step: Step, live: { source: Live | null; target: Live | null }): Result<Live> {
  if (live.source === null) return refuse({ code: "nothing-live", source: step.source.name });
  if (live.target?.buildId === live.source.buildId) {
    return refuse({ code: "already-live", version: live.source.version, target: step.target.name });
  }
  return accept(live.source);
}

/** Returns the first step with something to promote, or else the first step: the one that a person most likely means. */
export function likelyStep(
  all: readonly Step[],
  liveIn: (environmentId: string) => Live | null,
): Step | undefined {
  const ready = all.find(
    (step) => promotable(step, { source: liveIn(step.source.id), target: liveIn(step.target.id) }).ok,
  );
  return ready ?? all[0];
}
