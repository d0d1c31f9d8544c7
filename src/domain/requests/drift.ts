import { type BoundFact, type BoundFacts, changedFacts } from "./bound-facts.ts";
import type { RequestState } from "./request.ts";

/** The current facts about the source and the target of a request. */
export type Situation = {
  sourceBuildId: string | null;
  targetBuildId: string | null;
  /** The deployment in progress to the target, if any. */
  runningDeploymentId: string | null;
  /** The last deployment to the target that ended as unknown, whoever started it, unless a later one succeeded. */
  unknownDeploymentId?: string | null;
  /** The bound facts of the request, and what identifies them. */
  bound?: { facts: BoundFacts; fingerprint: string };
};

/** R9: one difference between now and the time of the request or, for a bound fact, of its decision. */
export type DriftChange =
  | { kind: "fact-changed"; fact: BoundFact; before: string; after: string; bound: string }
  | { kind: "source-changed"; buildId: string | null }
  | { kind: "target-changed"; buildId: string | null }
  | { kind: "deployment-running"; deploymentId: string }
  | { kind: "last-attempt-unknown"; deploymentId: string };

/**
 * R9: returns what has changed since the request was made. A person must confirm it before they promote. Returns an empty
 * list if nothing has changed.
 */
export function drift(
  request: {
    buildId: string;
    targetBuildId: string | null;
    decidedFacts?: BoundFacts | null;
    state: RequestState;
  },
  now: Situation,
): DriftChange[] {
  const { decidedFacts } = request;
  const changes: DriftChange[] = [];
  if (decidedFacts && now.bound) {
    const { facts, fingerprint: bound } = now.bound;
    const changed = changedFacts(decidedFacts, facts);
    changes.push(...changed.map((change) => ({ kind: "fact-changed" as const, ...change, bound })));
  }
  if (now.sourceBuildId !== request.buildId) {
    changes.push({ kind: "source-changed", buildId: now.sourceBuildId });
  }
  if (now.targetBuildId !== request.targetBuildId) {
    changes.push({ kind: "target-changed", buildId: now.targetBuildId });
  }
  const { state } = request;
  const own = state.name === "failed" && state.outcome === "unknown" ? state.deploymentId : null;
  return [...changes, ...attemptsToConfirm(now, own)];
}

/**
 * R9: returns the deployments to the target that are running, or may be.
 *
 * @param own the request's own last attempt, if it ended as unknown
 */
export function attemptsToConfirm(now: Situation, own: string | null = null): DriftChange[] {
  const { unknownDeploymentId = null, runningDeploymentId } = now;
  const unknown = new Set([own, unknownDeploymentId].flatMap((id) => id ?? []));
  return [
    ...[...unknown].map((deploymentId) => ({ kind: "last-attempt-unknown" as const, deploymentId })),
    ...(runningDeploymentId === null
      ? []
      : [{ kind: "deployment-running" as const, deploymentId: runningDeploymentId }]),
  ];
}

/** Returns a text that identifies exactly these changes, so that a confirmation counts only for what was shown. */
export function fingerprint(changes: readonly DriftChange[]): string {
  return JSON.stringify(changes.map(partsOf));
}

function partsOf(change: DriftChange): (string | null)[] {
  // Names may be long, and a modal carries at most 3,000 characters.
  if (change.kind === "fact-changed") return [change.kind, change.fact, change.bound];
  return [change.kind, "buildId" in change ? change.buildId : change.deploymentId];
}
