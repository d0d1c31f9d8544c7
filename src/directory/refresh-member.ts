import type { Outcome } from "../domain/delivery/outcome.ts";
import type { MemberId } from "../domain/people/people.ts";
import { slackErrorCode } from "../lib/slack-error.ts";
import { deactivateMember } from "../usecases/people/deactivate-member.ts";
import { saveMembers } from "../usecases/people/save-members.ts";
import type { Directory } from "./directory.ts";
import { memberOf, readSlackUser } from "./slack-user.ts";

/** Reads one member again. A member that Slack no longer knows is deactivated. */
export async function refreshMember(
  directory: Directory,
  organizationId: string,
  userId: MemberId,
): Promise<Outcome> {
  const { context, clientFor, faultOf } = directory;
  const asOf = context.now();
  try {
    const { user } = await clientFor(organizationId).users.info({ user: userId });
    await saveMembers(context, [memberOf(readSlackUser(user), organizationId)], { asOf });
  } catch (error) {
    if (slackErrorCode(error) !== "user_not_found") return faultOf(error);
    await deactivateMember(context, organizationId, userId, { surface: "slack", asOf });
  }
  return { kind: "done" };
}
