import { withTimeout } from "../lib/timeout.ts";
import { getMember } from "../queries/people/get-member.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Context } from "../usecases/shared/context.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

/** Fetches one person from Slack. Rejects if Slack does not answer. */
export type FetchUser = (organizationId: string, userId: string) => Promise<SlackUser>;

/** How long a stored member counts as fresh, in milliseconds. */
const freshMs = 10 * 60_000;

/** How long a click waits for Slack, in milliseconds: longer for a person who is not stored yet. */
const firstWaitMs = 1800;
const refreshWaitMs = 700;

/** How many fresh members this process remembers: more than act in an organization within ten minutes. */
const cacheSize = 10_000;

/**
 * Returns a function that makes sure a person is stored before the rules ask about them. It fetches people from Slack who
 * are not stored, or were last refreshed over ten minutes ago. If Slack does not answer, the stored facts count. A cache
 * saves the lookup of members who are fresh; their rights are still read at each click.
 */
export function knowMembers(
  context: Context,
  fetchUser: FetchUser,
): (organizationId: string, userId: string) => Promise<void> {
  const freshUntil = new Map<string, number>();
  return async (organizationId, userId) => {
    const key = `${organizationId} ${userId}`;
    const asOf = context.now();
    if ((freshUntil.get(key) ?? 0) > asOf.getTime()) return;
    const stored = await getMember(context.db, organizationId, userId);
    const until = stored === undefined ? 0 : stored.refreshedAt.getTime() + freshMs;
    if (until > asOf.getTime()) {
      if (freshUntil.size >= cacheSize) freshUntil.clear();
      freshUntil.set(key, until);
      return;
    }
    // A late answer is stored too, for the next click.
    const saved = fetchUser(organizationId, userId)
      .then((user) => saveMembers(context, [memberOf(user, organizationId)], { asOf }))
      .catch(() => undefined);
    await withTimeout(saved, stored === undefined ? firstWaitMs : refreshWaitMs);
  };
}
