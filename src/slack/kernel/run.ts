import { timedOut, withTimeout } from "../../lib/timeout.ts";
import type { SlackDeps } from "./deps.ts";

/** Thrown when work takes longer than Slack waits. The work continues; the card shows its outcome. */
export class TimeLimitExceeded extends Error {}

/** The member who acts, and their workspace. */
type Acting = { organizationId: string; userId: string };

/**
 * Makes sure that the acting member is known, runs the work, and returns its result. Throws `TimeLimitExceeded` after
 * `answerWithinMs`.
 */
export async function runInTime<T>(deps: SlackDeps, acting: Acting, work: () => Promise<T>): Promise<T> {
  const result = await withTimeout(runAsMember(deps, acting, work), deps.answerWithinMs);
  if (result === timedOut) throw new TimeLimitExceeded(`Not done within ${deps.answerWithinMs} ms`);
  return result;
}

/** Makes sure that the acting member is known, runs the work, and returns its result. */
export async function runAsMember<T>(
  deps: SlackDeps,
  { organizationId, userId }: Acting,
  work: () => Promise<T>,
): Promise<T> {
  await deps.knowMember(organizationId, userId);
  return work();
}
