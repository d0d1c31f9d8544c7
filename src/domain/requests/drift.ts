import type { RequestState } from "./request.ts";

/** The current facts about the source and the target of a request. */
export type Situation = {
  sourceBuildId: string | null;
  targetBuildId: string | null;
  /** The deployment in progress to the target, if any. */
  runningDeploymentId: string | null;
};

/** R9: one difference between now and the time of the request. */
export type DriftChange =
  | { kind: "source-changed"; buildId: string | null }
  | { kind: "target-changed"; buildId: string | null }
  | { kind: "deployment-running"; deploymentId: string }
  | { kind: "last-attempt-unknown"; deploymentId: string };

/**
 * R9: returns what has changed since the request was made. A person must confirm it before they promote. Returns an empty
 * list if nothing has changed.
 */
export function drift(
  request: { buildId: string; targetBuildId: string | null; state: RequestState },
  now: Situation,
): DriftChange[] {
  const changes: DriftChange[] = [];
  if (now.sourceBuildId !== request.buildId) {
    changes.push({ kind: "source-changed", buildId: now.sourceBuildId });
  }
  if (now.targetBuildId !== request.targetBuildId) {
    changes.push({ kind: "target-changed", buildId: now.targetBuildId });
  }
  const { state } = request;
  if (state.name === "failed" && state.outcome === "unknown") {
    changes.push({ kind: "last-attempt-unknown", deploymentId: state.deploymentId });
  }
  if (now.runningDeploymentId !== null) {
    changes.push({ kind: "deployment-running", deploymentId: now.runningDeploymentId });
  }
  return changes;
}

/** Returns a text that identifies exactly these changes, so that a confirmation counts only for what was shown. */
export function fingerprint(changes: readonly DriftChange[]): string {
  return JSON.stringify(
    changes.map((change) => [change.kind, "buildId" in change ? change.buildId : change.deploymentId]),
  );
}
