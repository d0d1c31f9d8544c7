import { z } from "zod";
import type { MemberStatus } from "../domain/people/people.ts";
import { cleanName } from "../domain/shared/clean-text.ts";
import type { SavedMember } from "../usecases/people/save-members.ts";

/** Another type counts as absent, so that one odd user does not stop the reading of a whole page. */
const text = z.string().nullish().catch(undefined);

/** Another type counts by its truth value, for the same reason. */
const flag = z.coerce.boolean().nullish();

/** The fields of Slack's user object that decide who a person is: https://docs.slack.dev/reference/objects/user-object */
const slackUser = z.object({
  id: z.string(),
  team_id: z.string().nullish(),
  name: text,
  real_name: text,
  tz: text,
  deleted: flag,
  is_bot: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_stranger: flag,
  is_admin: flag,
  is_owner: flag,
  profile: z.object({ display_name: text, real_name: text, email: text }).nullish(),
  enterprise_user: z.object({ teams: z.array(z.string()).nullish() }).nullish(),
});

export type SlackUser = z.infer<typeof slackUser>;

/** Returns the user in a response of Slack's. Throws if it is not one. */
export const readSlackUser = (user: unknown): SlackUser => slackUser.parse(user);

/** Returns the user in a response of Slack's; undefined for one that Signoff does not understand. */
export const parseSlackUser = (user: unknown): SlackUser | undefined => slackUser.safeParse(user).data;

/** Returns the users in a page of Slack's users.list, without those that Signoff does not understand. Throws if it is no page. */
export const readSlackUsers = (users: unknown): SlackUser[] =>
  z
    .array(z.unknown())
    .parse(users ?? [])
    .flatMap((user) => parseSlackUser(user) ?? []);

/** On Enterprise Grid, `team_id` may be another workspace of the same company; `enterprise_user.teams` lists them all. */
function statusOf(user: SlackUser, organizationId: string): MemberStatus {
  const ownWorkspace =
    user.team_id === undefined ||
    user.team_id === organizationId ||
    (user.enterprise_user?.teams ?? []).includes(organizationId);
  if (user.deleted) return "deactivated";
  if (user.is_bot || user.id === "USLACKBOT") return "bot";
  if (user.is_stranger || !ownWorkspace) return "stranger";
  if (user.is_restricted || user.is_ultra_restricted) return "guest";
  return "active";
}

/** Returns the member that a Slack user is in an organization. */
export function memberOf(user: SlackUser, organizationId: string): SavedMember {
  // The audit log keeps the name, so the full name comes first: a display name is often a nickname.
  const { real_name, profile, name: handle, id } = user;
  const names = [real_name, profile?.real_name, profile?.display_name, handle, id];
  const name = names.map((text) => cleanName(text ?? "")).find((text) => text !== "") ?? id;
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
