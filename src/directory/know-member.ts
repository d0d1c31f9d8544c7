import { getMember } from "../queries/get-member.ts";
import type { Context } from "../usecases/context.ts";
import { saveMembers } from "../usecases/save-members.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

/** Asks Slack about one person; rejects where Slack does not answer. */
export type FetchUser = (organizationId: string, userId: string) => Promise<SlackUser>;

/** What is known of a person is good for so long, in milliseconds. */
const freshMs = 10 * 60_000;

/** How long somebody who clicked waits for Slack, in milliseconds: longer where we know nothing of them yet. */
const firstWaitMs = 1800;
const refreshWaitMs = 700;

const after = (ms: number): Promise<undefined> =>
  new Promise((resolve) => {
    setTimeout(() => resolve(undefined), ms).unref();
  });

/**
 * Makes sure that we know who somebody is before the rules ask: people we never met or have not looked at for ten
 * minutes are fetched from Slack. Where Slack does not answer, what we knew holds.
 */
export async function knowMember(
  context: Context,
  fetchUser: FetchUser,
  organizationId: string,
  userId: string,
): Promise<void> {
  const known = await getMember(context.db, organizationId, userId);
  if (known !== undefined && context.now().getTime() - known.refreshedAt.getTime() < freshMs) return;
  const asOf = context.now();
  // An answer that comes late is kept, too: it holds for the next click.
  const kept = fetchUser(organizationId, userId)
    .then((user) => saveMembers(context, [memberOf(user, organizationId)], { asOf }))
    .catch(() => undefined);
  await Promise.race([kept, after(known === undefined ? firstWaitMs : refreshWaitMs)]);
}
