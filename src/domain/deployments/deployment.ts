/** The status of a deployment. `unknown`: its deployer stopped reporting, so it may still be running. */
export type DeploymentStatus = "in progress" | "succeeded" | "failed" | "unknown";

/** The deployers. `record`: a person or a pipeline deploys and Signoff only records it. `webhook`: Signoff calls an address. */
export const deployerKinds = ["record", "webhook"] as const;

export type DeployerKind = (typeof deployerKinds)[number];

/** How many minutes an attempt may go without a report before it ends as unknown. */
export const silenceLimits = { least: 1, most: 10_080, usual: 60 } as const;

/**
 * How many minutes a deployment that a pipeline started by itself may go without a report: a day. No limit is configured
 * for it, and without one a pipeline that died would block promotions forever.
 */
export const pipelineSilenceMinutes = 1440;

/**
 * How many minutes an attempt may take until its deployer accepts it or reports on it. It is longer than the outbox
 * tries to reach a webhook.
 */
export const handOverMinutes = 90;

/** How many hours a rotated secret still signs next to the new one. */
export const oldSecretHours = 24;

/** The most rotated secrets that still sign, which limits the length of the signature header. */
const mostOldSecrets = 3;

/**
 * Returns the rotated secrets that still sign, at most three.
 *
 * @param secrets newest first; `until` is an ISO 8601 timestamp
 */
export function activeOldSecrets<T extends { until: string }>(secrets: readonly T[], now: Date): T[] {
  return secrets.filter(({ until }) => new Date(until) > now).slice(0, mostOldSecrets);
}

/** Returns when an attempt ends as unknown if no report follows the one of `now`. */
export function silenceDeadline(now: Date, silenceMinutes: number): Date {
  return new Date(now.getTime() + silenceMinutes * 60_000);
}

/** What decides how long an attempt may go without a report. */
type Limited = {
  /** Null if a pipeline started it. */
  requestNumber: number | null;
  /** The deployer that was chosen when it began; null if that is not stored. */
  deployer: string | null;
};

/**
 * R11: returns how many minutes an attempt that was reported on may go without another report.
 *
 * @param webhookMinutes the limit of the integration's webhook; null if it has none
 */
export function silenceMinutesOf(
  { requestNumber, deployer }: Limited,
  webhookMinutes: number | null,
): number {
  if (requestNumber === null) return pipelineSilenceMinutes;
  return deployer === "record" ? silenceLimits.usual : (webhookMinutes ?? silenceLimits.usual);
}

/** R11: returns when an attempt that begins now ends as unknown unless its deployer is heard of. */
export function firstDeadline({ requestNumber }: Pick<Limited, "requestNumber">, now: Date): Date {
  return silenceDeadline(now, requestNumber === null ? pipelineSilenceMinutes : handOverMinutes);
}

/**
 * R11: returns when an attempt in progress ends as unknown. An attempt that an earlier version began may have stored no
 * limit, so its limit counts from its start.
 */
export function deadlineOf(
  attempt: Pick<Limited, "requestNumber"> & { reportBy: Date | null; startedAt: Date },
): Date {
  return attempt.reportBy ?? firstDeadline(attempt, attempt.startedAt);
}

/**
 * Returns whether a report changes an attempt's status. The first final report wins. `unknown` is only Signoff's guess, so
 * a later final report replaces it.
 */
export function acceptsReport(current: DeploymentStatus, reported: DeploymentStatus): boolean {
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
