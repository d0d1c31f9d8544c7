import { accept, type Result, refuse } from "../shared/result.ts";

/** An environment of a project's pipeline; `position` orders it. */
export type Environment = { id: string; name: string; slug: string; position: number; critical: boolean };

/** What is live in an environment: a build, brought there by a deployment. */
export type Live = { buildId: string; deploymentId: string; version: string };

/** One step of a pipeline: what is live in the source goes to the target. */
export type Step = { source: Environment; target: Environment };

/** The steps of a pipeline in order. One environment or none has no steps. */
export function steps(environments: readonly Environment[]): Step[] {
  const ordered = [...environments].sort((a, b) => a.position - b.position);
  return ordered.slice(1).map((target, i) => ({ source: ordered[i] as Environment, target }));
}

/** R2: the build that a step would promote, or why there is none. */
export function promotable(step: Step, live: { source: Live | null; target: Live | null }): Result<Live> {
  if (live.source === null) return refuse({ code: "nothing-live", source: step.source.name });
  if (live.target?.buildId === live.source.buildId) {
    return refuse({ code: "already-live", version: live.source.version, target: step.target.name });
  }
  return accept(live.source);
}

/** The step that a person most likely means: the first with something to promote, else the first. */
export function likelyStep(
  all: readonly Step[],
  liveIn: (environmentId: string) => Live | null,
): Step | undefined {
  const ready = all.find(
    (step) => promotable(step, { source: liveIn(step.source.id), target: liveIn(step.target.id) }).ok,
  );
  return ready ?? all[0];
}
