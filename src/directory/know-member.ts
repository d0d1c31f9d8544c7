import { withTimeout } from "../lib/timeout.ts";
import { getMember } from "../queries/people/get-member.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Context } from "../usecases/shared/context.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

/** Asks Slack about one person; rejects where Slack does not answer. */
export type FetchUser = (organizationId: string, userId: string) => Promise<SlackUser>;

/** What is known of a person is good for so long, in milliseconds. */
const freshMs = 10 * 60_000;

/** How long somebody who clicked waits for Slack, in milliseconds: longer where we know nothing of them yet. */
const firstWaitMs = 1800;
const refreshWaitMs = 700;

/** Whom this process has seen to be fresh, until when; as many people as an organization may have act in ten minutes. */
const mostKnown = 10_000;

/**
 * Gives what makes sure that we know who somebody is before the rules ask: people we never met or have not looked at for
 * ten minutes are fetched from Slack. Where Slack does not answer, what we knew holds. Somebody who was fresh at one click
 * is not even looked up at the next ones; what they may do is read at each.
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
    const known = await getMember(context.db, organizationId, userId);
    const until = known === undefined ? 0 : known.refreshedAt.getTime() + freshMs;
    if (until > asOf.getTime()) {
      if (freshUntil.size >= mostKnown) freshUntil.clear();
      freshUntil.set(key, until);
      return;
    }
    // An answer that comes late is kept, too: it holds for the next click.
    const kept = fetchUser(organizationId, userId)
      .then((user) => saveMembers(context, [memberOf(user, organizationId)], { asOf }))
      .catch(() => undefined);
    await withTimeout(kept, known === undefined ? firstWaitMs : refreshWaitMs);
  };
}
