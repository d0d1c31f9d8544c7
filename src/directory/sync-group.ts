import type { Outcome } from "../domain/delivery/outcome.ts";
import type { MemberId } from "../domain/people/people.ts";
import { slackErrorClass } from "../lib/slack-error.ts";
import { getHoldingsFingerprint, isBound, listUnknown } from "../queries/people/get-bound-groups.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import { syncHoldings } from "../usecases/people/sync-holdings.ts";
import { warnGroupGone } from "../usecases/people/warn-group-gone.ts";
import type { Directory, DirectoryClient } from "./directory.ts";
import { memberOf, parseSlackUser, type SlackUser } from "./slack-user.ts";

/** The most unknown members that one attempt fetches, and how many at once. Slack allows 100 users.info per minute. */
const fetchedPerAttempt = 40;
const fetchedAtOnce = 8;

/** The wait before the remaining unknown members are fetched, in milliseconds. */
const nextAttemptMs = 30_000;

/** The wait before a group is read again because another read overtook this one, in milliseconds. */
const rereadMs = 1_000;

/**
 * Gives the roles that are bound to a user group its active full members. Fetches members who are not stored yet from
 * Slack first. A member whom Slack does not show is left out, and one whom it fails to describe waits for the next
 * attempt; neither keeps the others waiting. If the group is gone, the roles keep their people, and the admins are told
 * once.
 */
export async function syncGroup(
  directory: Directory,
  organizationId: string,
  groupId: string,
): Promise<Outcome> {
  const { context, clientFor, faultOf } = directory;
  if (!(await isBound(context.db, organizationId, groupId))) return { kind: "done" };
  try {
    const client = clientFor(organizationId);
    const heldBefore = await getHoldingsFingerprint(context.db, organizationId, groupId);
    const memberIds = (await client.usergroups.users.list({ usergroup: groupId })).users ?? [];
    const unknown = await listUnknown(context.db, organizationId, memberIds);
    const { complete, fault } = await fetchUnknownMembers(directory, organizationId, unknown);
    if (!complete) return { kind: "later", afterMs: nextAttemptMs };
    const incomplete = fault !== null;
    const facts = { organizationId, groupId, memberIds, heldBefore, incomplete, surface: "slack" as const };
    // An older read must not restore members that a newer one removed, so the group is read again.
    if (!(await syncHoldings(context, facts))) return { kind: "later", afterMs: rereadMs };
    return fault === null ? { kind: "done" } : faultOf(fault);
  } catch (error) {
    if (slackErrorClass(error) !== "group") return faultOf(error);
    await warnGroupGone(context, organizationId, groupId);
    return { kind: "done" };
  }
}

/** `complete`: nobody is left to fetch. `fault`: the first error that is not about one person, and may pass. */
type Fetched = { complete: boolean; fault: unknown };

/** Fetches these people from Slack and stores them, a few at a time, until enough were found for one attempt. */
async function fetchUnknownMembers(
  { context, clientFor }: Directory,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<Fetched> {
  let found = 0;
  for (let at = 0; at < ids.length; at += fetchedAtOnce) {
    if (found >= fetchedPerAttempt) return { complete: false, fault: null };
    const asOf = context.now();
    const batch = ids.slice(at, at + fetchedAtOnce);
    const answers = await Promise.all(batch.map((user) => fetchMember(clientFor(organizationId), user)));
    const people = answers.flatMap((answer) => ("user" in answer ? [answer.user] : []));
    await saveMembers(
      context,
      people.map((user) => memberOf(user, organizationId)),
      { asOf },
    );
    found += people.length;
    const failed = answers.find((answer) => "fault" in answer);
    if (failed !== undefined) return { complete: true, fault: failed.fault };
  }
  return { complete: true, fault: null };
}

type FetchedMember = { user: SlackUser } | { shown: false } | { fault: unknown };

async function fetchMember(client: DirectoryClient, id: MemberId): Promise<FetchedMember> {
  try {
    const user = parseSlackUser((await client.users.info({ user: id })).user);
    return user === undefined ? { shown: false } : { user };
  } catch (error) {
    return slackErrorClass(error) === "person" ? { shown: false } : { fault: error };
  }
}
