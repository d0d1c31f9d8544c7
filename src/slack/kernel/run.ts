import { timedOut, withTimeout } from "../../lib/timeout.ts";
import { NoAccessError } from "./access.ts";
import type { AccessCheck, SlackDeps } from "./deps.ts";

/** Thrown when work takes longer than Slack waits. The work continues; the card shows its outcome. */
export class TimeLimitExceeded extends Error {}

/** The member who acts, and their workspace. */
type Acting = { organizationId: string; userId: string };

/** Does the same as `runAsMember`. Throws `TimeLimitExceeded` after `answerWithinMs`. */
export async function runInTime<T>(
  deps: SlackDeps,
  acting: Acting,
  work: () => Promise<T>,
  access: AccessCheck = "here",
): Promise<T> {
  const result = await withTimeout(runAsMember(deps, acting, work, access), deps.answerWithinMs);
  if (result === timedOut) throw new TimeLimitExceeded(`Not done within ${deps.answerWithinMs} ms`);
  return result;
}

/**
 * Makes sure that the acting member is known, runs the work, and returns its result. Everything that people do in Slack
 * passes here, so that nobody but active full members sees anything.
 *
 * @throws NoAccessError instead of running the work for anybody else
 */
export async function runAsMember<T>(
  deps: SlackDeps,
  acting: Acting,
  work: () => Promise<T>,
  access: AccessCheck = "here",
): Promise<T> {
  const noAccess = await deps.knowMember(acting.organizationId, acting.userId, access);
  if (noAccess) throw new NoAccessError(noAccess);
  return work();
}
