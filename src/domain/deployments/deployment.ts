/** A deployment's status. `unknown`: its deployer went silent, so it may still be running. */
export type DeploymentStatus = "in progress" | "succeeded" | "failed" | "unknown";

/** What carries out an integration's promotions. */
export const deployerKinds = ["record", "webhook"] as const;

export type DeployerKind = (typeof deployerKinds)[number];

/** How many minutes an attempt may be silent before it ends as unknown. */
export const silenceLimits = { least: 1, most: 10_080, usual: 60 } as const;

/**
 * How many minutes a deployment that a pipeline began by itself may be silent: a day. Nobody set a limit for it, and one
 * whose pipeline died must not stand in the way of promotions, nor before the admins' eyes, for ever.
 */
export const pipelineSilence = 1440;

/** So many hours a secret that was rotated still signs beside the new one. */
export const oldSecretHours = 24;

/** So many of them at most: somebody who rotates again and again does not grow the header without end. */
const mostOldSecrets = 3;

/** Of secrets that were rotated, the newest first, those that still sign. */
export function stillSigning<T extends { until: string }>(secrets: readonly T[], now: Date): T[] {
  return secrets.filter(({ until }) => new Date(until) > now).slice(0, mostOldSecrets);
}

/** When an attempt that was heard of now ends as unknown, if nothing more is heard of it. */
export function silentFrom(now: Date, silenceMinutes: number): Date {
  return new Date(now.getTime() + silenceMinutes * 60_000);
}

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
