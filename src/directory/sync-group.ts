import type { Outcome } from "../domain/delivery/outcome.ts";
import type { MemberId } from "../domain/people/people.ts";
import { slackErrorCode } from "../lib/slack-error.ts";
import { getHoldingsFingerprint, isBound, listUnknown } from "../queries/people/get-bound-groups.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import { syncHoldings } from "../usecases/people/sync-holdings.ts";
import { warnGroupGone } from "../usecases/people/warn-group-gone.ts";
import type { Directory } from "./directory.ts";
import { memberOf, readSlackUser } from "./slack-user.ts";

/** The group is disabled or deleted, or the workspace's plan lost user groups: https://docs.slack.dev/reference/methods/usergroups.users.list */
const gone = new Set(["no_such_subteam", "subteam_not_found", "plan_upgrade_required"]);

/** The most unknown members that one attempt fetches, and how many at once. Slack allows 100 users.info per minute. */
const fetchedPerAttempt = 40;
const fetchedAtOnce = 8;

/** The wait before the remaining unknown members are fetched, in milliseconds. */
const nextAttemptMs = 30_000;

/** The wait before a group is read again because another read overtook this one, in milliseconds. */
const rereadMs = 1_000;

/**
 * Gives the roles that are bound to a user group its active full members. Fetches members who are not stored yet from
 * Slack first. If the group is gone, the roles keep their people, and the admins are told once.
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
    const anyFound = await fetchUnknownMembers(
      directory,
      organizationId,
      unknown.slice(0, fetchedPerAttempt),
    );
    if (anyFound && unknown.length > fetchedPerAttempt) return { kind: "later", afterMs: nextAttemptMs };
    const facts = { organizationId, groupId, memberIds, heldBefore, surface: "slack" as const };
    // An older read must not restore members that a newer one removed, so the group is read again.
    if (!(await syncHoldings(context, facts))) return { kind: "later", afterMs: rereadMs };
  } catch (error) {
    if (!gone.has(slackErrorCode(error) ?? "")) return faultOf(error);
    await warnGroupGone(context, organizationId, groupId);
  }
  return { kind: "done" };
}

/** Fetches these people from Slack and stores them, a few at a time. Returns whether Slack knew any of them. */
async function fetchUnknownMembers(
  { context, clientFor }: Directory,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<boolean> {
  let anyFound = false;
  for (let at = 0; at < ids.length; at += fetchedAtOnce) {
    const asOf = context.now();
    const fetched = ids.slice(at, at + fetchedAtOnce).map(async (user) => {
      try {
        return [readSlackUser((await clientFor(organizationId).users.info({ user })).user)];
      } catch (error) {
        if (slackErrorCode(error) === "user_not_found") return [];
        throw error;
      }
    });
    const people = (await Promise.all(fetched)).flat().map((user) => memberOf(user, organizationId));
    await saveMembers(context, people, { asOf });
    anyFound ||= people.length > 0;
  }
  return anyFound;
}
