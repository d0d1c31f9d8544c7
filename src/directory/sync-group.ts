import type { Outcome } from "../domain/delivery/outcome.ts";
import type { MemberId } from "../domain/people/people.ts";
import { slackErrorCode } from "../lib/slack-error.ts";
import { getHoldingsFingerprint, isBound, listUnknown } from "../queries/people/get-bound-groups.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import { syncHoldings } from "../usecases/people/sync-holdings.ts";
import { warnGroupGone } from "../usecases/people/warn-group-gone.ts";
import type { Directory } from "./directory.ts";
import { memberOf, type SlackUser } from "./slack-user.ts";

/** Disabled, deleted, or no longer part of what the workspace pays for: https://docs.slack.dev/reference/methods/usergroups.users.list */
const gone = new Set(["no_such_subteam", "subteam_not_found", "plan_upgrade_required"]);

/** So many strangers are asked for in one try, a few at once; users.info may be called 100 times a minute. */
const askedAtOnce = 8;
const askedInOneTry = 40;
const betweenTriesMs = 30_000;
const againMs = 1_000;

/**
 * Brings the roles that are bound to a user group to its active full members. Members whom we never met are read from
 * Slack first. Of a group that is gone the roles keep the people they have, and the admins are told once.
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
    const met = await fetchUnknownMembers(directory, organizationId, unknown.slice(0, askedInOneTry));
    if (met && unknown.length > askedInOneTry) return { kind: "later", afterMs: betweenTriesMs };
    const facts = { organizationId, groupId, memberIds, heldBefore, surface: "slack" as const };
    // An older reading must not bring back whom a newer one took out: it is read again.
    if (!(await syncHoldings(context, facts))) return { kind: "later", afterMs: againMs };
  } catch (error) {
    if (!gone.has(slackErrorCode(error) ?? "")) return faultOf(error);
    await warnGroupGone(context, organizationId, groupId);
  }
  return { kind: "done" };
}

/** Reads these people and stores them, a few at a time. @returns whether Slack knew any */
async function fetchUnknownMembers(
  { context, clientFor }: Directory,
  organizationId: string,
  ids: readonly MemberId[],
): Promise<boolean> {
  let met = false;
  for (let at = 0; at < ids.length; at += askedAtOnce) {
    const asOf = context.now();
    const asked = ids.slice(at, at + askedAtOnce).map(async (user) => {
      try {
        return [(await clientFor(organizationId).users.info({ user })).user as SlackUser];
      } catch (error) {
        if (slackErrorCode(error) === "user_not_found") return [];
        throw error;
      }
    });
    const people = (await Promise.all(asked)).flat().map((user) => memberOf(user, organizationId));
    await saveMembers(context, people, { asOf });
    met ||= people.length > 0;
  }
  return met;
}
