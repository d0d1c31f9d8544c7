/** A deployment's status. `unknown`: its deployer went silent, so it may still be running. */
export type DeploymentStatus = "in progress" | "succeeded" | "failed" | "unknown";

/**
 * Whether a report moves an attempt on. The first final report wins; only `unknown`, which is our own guess, gives way
 * to what the far side says later.
 */
export function accepts(current: DeploymentStatus, reported: DeploymentStatus): boolean {
  switch (current) {
    case "in progress":
      return true;
    case "unknown":
      return reported === "succeeded" || reported === "failed";
    case "succeeded":
    case "failed":
      return false;
  }
}
