import type { MemberStatus } from "../domain/people/people.ts";
import type { SavedMember } from "../usecases/people/save-members.ts";

/** What of Slack's user object decides who a person is: https://docs.slack.dev/reference/objects/user-object */
export type SlackUser = {
  id: string;
  team_id?: string | undefined;
  name?: string | undefined;
  real_name?: string | undefined;
  tz?: string | undefined;
  deleted?: boolean | undefined;
  is_bot?: boolean | undefined;
  is_restricted?: boolean | undefined;
  is_ultra_restricted?: boolean | undefined;
  is_stranger?: boolean | undefined;
  is_admin?: boolean | undefined;
  is_owner?: boolean | undefined;
  profile?:
    | { display_name?: string | undefined; real_name?: string | undefined; email?: string | undefined }
    | undefined;
  enterprise_user?: { teams?: string[] | undefined } | undefined;
};

/** On Enterprise Grid a member's `team_id` may be another workspace of the same company: `enterprise_user.teams` tells. */
function statusOf(user: SlackUser, organizationId: string): MemberStatus {
  const atHome =
    user.team_id === undefined ||
    user.team_id === organizationId ||
    (user.enterprise_user?.teams ?? []).includes(organizationId);
  if (user.deleted) return "deactivated";
  if (user.is_bot || user.id === "USLACKBOT") return "bot";
  if (user.is_stranger || !atHome) return "stranger";
  if (user.is_restricted || user.is_ultra_restricted) return "guest";
  return "active";
}

export function memberOf(user: SlackUser, organizationId: string): SavedMember {
  // Who decided is kept on record, so the full name comes first: a display name is often only a nickname.
  const name =
    user.real_name || user.profile?.real_name || user.profile?.display_name || user.name || user.id;
  return {
    organizationId,
    id: user.id,
    name,
    email: user.profile?.email || null,
    timeZone: user.tz || "UTC",
    status: statusOf(user, organizationId),
    workspaceRole: user.is_owner ? "owner" : user.is_admin ? "admin" : null,
  };
}
