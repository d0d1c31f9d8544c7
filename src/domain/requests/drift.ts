import type { RequestState } from "./request.ts";

/** What is true of a step's two environments at a moment. */
export type Situation = {
  sourceBuildId: string | null;
  targetBuildId: string | null;
  /** The deployment to the target that is in progress, if any. */
  runningDeploymentId: string | null;
};

/** R9: one thing that changed since the request was made. */
export type DriftChange =
  | { kind: "source-changed"; buildId: string | null }
  | { kind: "target-changed"; buildId: string | null }
  | { kind: "deployment-running"; deploymentId: string }
  | { kind: "last-attempt-unknown"; deploymentId: string };

/** R9: what a person must be shown before this request is promoted; empty when nothing changed. */
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

/** Names exactly these changes, so that a confirmation counts only for what was shown. */
export function fingerprint(changes: readonly DriftChange[]): string {
  return JSON.stringify(
    changes.map((change) => [change.kind, "buildId" in change ? change.buildId : change.deploymentId]),
  );
}
